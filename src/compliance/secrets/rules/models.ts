import { token } from '../rule.ts'
import type { TokenRule } from '../rule.ts'

/** Keys of model providers and of the tools around models, from their public documentation; our own among them. */
export const modelRules: readonly TokenRule[] = [
  token('smartflow-key', 'sk-sf-', '[0-9a-f]{48}'),
  token(
    'openai-key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-service-', 'sk-None-'],
    '[\\w-]{40,240}',
  ),
  // "T3BlbkFJ" is "OpenAI" in base 64.
  token('openai-legacy-key', 'sk-', '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}'),
  token('openai-compatible-key', 'sk-', '(?=[A-Za-z]{0,47}\\d)[A-Za-z0-9]{32,64}', {
    minEntropy: 3.2,
    score: 0.8,
  }),
  token(
    'anthropic-key',
    [
      'sk-ant-api03-',
      'sk-ant-admin01-',
      'sk-ant-oat01-',
      'sk-ant-ort01-',
      'sk-ant-sid01-',
      'sk-ant-sid02-',
    ],
    '[\\w-]{80,120}AA',
  ),
  token('openrouter-key', 'sk-or-v1-', '[0-9a-f]{64}'),
  token('langfuse-key', 'sk-lf-', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'),
  token('litellm-key', 'sk-', '(?=\\D{0,24}\\d)(?=[^A-Z]{0,24}[A-Z])[\\w-]{22,26}', {
    minEntropy: 3.8,
    score: 0.6,
  }),
  token('huggingface-token', 'hf_', '[A-Za-z]{34}', { minEntropy: 3.2 }),
  token('huggingface-organisation-token', 'api_org_', '[A-Za-z]{34}', { minEntropy: 3.2 }),
  token('groq-key', 'gsk_', '[A-Za-z0-9]{48,56}'),
  token('xai-key', 'xai-', '[A-Za-z0-9]{70,90}'),
  token('replicate-token', 'r8_', '[A-Za-z0-9]{37}'),
  token('perplexity-key', 'pplx-', '[A-Za-z0-9]{48,56}'),
  token('nvidia-key', 'nvapi-', '[\\w-]{60,70}'),
  token('cerebras-key', 'csk-', '[a-z0-9]{40,52}'),
  token('fireworks-key', 'fw_', '[A-Za-z0-9]{22,24}'),
  token('pinecone-key', 'pcsk_', '[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}'),
  token('langsmith-key', ['lsv2_pt_', 'lsv2_sk_'], '[0-9a-f]{32}_[0-9a-f]{10}'),
  token('elevenlabs-key', 'sk_', '[0-9a-f]{48}'),
  token('voyage-key', 'pa-', '[\\w-]{43}', { minEntropy: 3.8, score: 0.7 }),
  token('jina-key', 'jina_', '[0-9a-f]{32}[\\w-]{28,32}'),
  token('tavily-key', 'tvly-', '(?:dev-|prod-)?[A-Za-z0-9]{32}'),
  token('firecrawl-key', 'fc-', '[0-9a-f]{32}'),
  token('apify-token', 'apify_api_', '[A-Za-z0-9]{36,46}'),
  token('wandb-key', 'wandb_v1_', '[\\w]{60,90}'),
  token('helicone-key', ['sk-helicone-', 'pk-helicone-'], '[a-z0-9-]{20,50}'),
]
