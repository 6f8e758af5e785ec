import type { Sample } from './samples.ts'

const usage = { input_tokens: 1, output_tokens: 2 }

/** An answer of every format, and requests of those that have the bodies of another. */
export const answers: readonly Sample[] = [
  {
    format: 'bedrock-invoke',
    direction: 'request',
    body: {
      anthropic_version: 'bedrock-2023-05-31',
      system: 'Be kind',
      messages: [{ role: 'user', content: 'Hi' }],
    },
    texts: [
      ['system', 'system', 'text', '', 'Be kind'],
      ['messages[0].content', 'user', 'text', '', 'Hi'],
    ],
  },
  {
    format: 'openai-chat',
    direction: 'answer',
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_750_000_000,
      model: 'gpt-4o-2024-08-06',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hi Bob',
            refusal: 'No',
            reasoning_content: 'Hm',
            tool_calls: [
              {
                id: 'c1',
                type: 'function',
                function: { name: 'mail', arguments: '{"to":"B\\u006fb"}' },
              },
              { id: 'c2', type: 'custom', custom: { name: 'run', input: 'ls' } },
            ],
            audio: { id: 'audio_1', data: 'QUJD', transcript: 'Said', expires_at: 1_750_000_000 },
            annotations: [
              { type: 'url_citation', url_citation: { title: 'About Bob', url: 'https://x.y' } },
            ],
          },
          logprobs: { content: [{ token: 'Hi Bob', logprob: -1 }] },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      system_fingerprint: 'fp_1',
    },
    texts: [
      ['choices[0].message.reasoning_content', 'assistant', 'text', '', 'Hm'],
      ['choices[0].message.content', 'assistant', 'text', '', 'Hi Bob'],
      ['choices[0].message.refusal', 'assistant', 'text', '', 'No'],
      ['choices[0].message.tool_calls[0].function.name', 'assistant', 'text', 'mail', 'mail'],
      [
        'choices[0].message.tool_calls[0].function.arguments#jsonto',
        'assistant',
        'tool-arguments',
        'mail',
        'Bob',
      ],
      ['choices[0].message.tool_calls[1].custom.name', 'assistant', 'text', 'run', 'run'],
      ['choices[0].message.tool_calls[1].custom.input', 'assistant', 'tool-arguments', 'run', 'ls'],
      ['choices[0].message.audio.transcript', 'assistant', 'text', '', 'Said'],
      [
        'choices[0].message.annotations[0].url_citation.title',
        'assistant',
        'text',
        '',
        'About Bob',
      ],
      [
        'choices[0].message.annotations[0].url_citation.url',
        'assistant',
        'text',
        '',
        'https://x.y',
      ],
    ],
  },
  {
    format: 'openai-completions',
    direction: 'answer',
    body: {
      id: 'cmpl-1',
      object: 'text_completion',
      choices: [{ index: 0, text: 'Hi', logprobs: { tokens: ['Hi'] }, finish_reason: 'length' }],
    },
    texts: [['choices[0].text', 'assistant', 'text', '', 'Hi']],
  },
  {
    format: 'openai-responses',
    direction: 'answer',
    body: {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      output: [
        {
          type: 'reasoning',
          id: 'rs_1',
          content: [{ type: 'reasoning_text', text: 'Hm' }],
          summary: [{ type: 'summary_text', text: 'Short' }],
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'Hi', annotations: [], logprobs: [{ token: 'Hi' }] },
            { type: 'refusal', refusal: 'No' },
          ],
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'c1',
          name: 'mail',
          arguments: '{"to":"Bob"}',
        },
        { type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: 'Bob' } },
        {
          type: 'mcp_call',
          id: 'mcp_1',
          name: 'find',
          server_label: 'crm',
          arguments: '{}',
          output: 'Found',
        },
      ],
      instructions: 'Be kind',
      metadata: { case: 'X1' },
      usage,
    },
    texts: [
      ['output[0].summary[0].text', 'assistant', 'text', '', 'Short'],
      ['output[0].content[0].text', 'assistant', 'text', '', 'Hm'],
      ['output[1].content[0].text', 'assistant', 'text', '', 'Hi'],
      ['output[1].content[1].refusal', 'assistant', 'text', '', 'No'],
      ['output[2].name', 'assistant', 'text', 'mail', 'mail'],
      ['output[2].arguments#jsonto', 'assistant', 'tool-arguments', 'mail', 'Bob'],
      ['output[3].action.type', 'assistant', 'tool-arguments', 'web_search', 'search'],
      ['output[3].action.query', 'assistant', 'tool-arguments', 'web_search', 'Bob'],
      ['output[4].name', 'assistant', 'text', 'find', 'find'],
      ['output[4].server_label', 'assistant', 'text', 'find', 'crm'],
      ['output[4].output', 'tool', 'tool-result', 'find', 'Found'],
      ['instructions', 'system', 'text', '', 'Be kind'],
      ['metadata.case', 'assistant', 'text', '', 'X1'],
    ],
  },
  {
    format: 'anthropic-messages',
    direction: 'answer',
    body: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'QUJD' },
        { type: 'redacted_thinking', data: 'QUJD' },
        {
          type: 'text',
          text: 'Hi',
          citations: [{ type: 'char_location', cited_text: 'I am Bob' }],
        },
        { type: 'tool_use', id: 'toolu_1', name: 'mail', input: { to: 'Bob' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { ...usage, service_tier: 'standard' },
    },
    texts: [
      ['content[0].thinking', 'assistant', 'text', '', 'Hm'],
      ['content[2].text', 'assistant', 'text', '', 'Hi'],
      ['content[2].citations[0].cited_text', 'assistant', 'text', '', 'I am Bob'],
      ['content[3].name', 'assistant', 'text', 'mail', 'mail'],
      ['content[3].input.to', 'assistant', 'tool-arguments', 'mail', 'Bob'],
    ],
  },
  {
    format: 'gemini',
    direction: 'answer',
    body: {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm', thought: true },
              { text: 'Hi' },
              { functionCall: { id: 'c1', name: 'mail', args: { to: 'Bob' } } },
              { executableCode: { language: 'PYTHON', code: 'print(1)' } },
              { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
            ],
          },
          finishReason: 'STOP',
          groundingMetadata: { groundingChunks: [{ web: { uri: 'https://x.y', title: 'About' } }] },
          logprobsResult: { chosenCandidates: [{ token: 'Hi' }] },
        },
      ],
      modelVersion: 'gemini-2.5-pro',
      responseId: 'r1',
    },
    texts: [
      ['candidates[0].content.parts[0].text', 'assistant', 'text', '', 'Hm'],
      ['candidates[0].content.parts[1].text', 'assistant', 'text', '', 'Hi'],
      ['candidates[0].content.parts[2].functionCall.name', 'assistant', 'text', 'mail', 'mail'],
      [
        'candidates[0].content.parts[2].functionCall.args.to',
        'assistant',
        'tool-arguments',
        'mail',
        'Bob',
      ],
      [
        'candidates[0].content.parts[3].executableCode.code',
        'assistant',
        'tool-arguments',
        '',
        'print(1)',
      ],
      ['candidates[0].content.parts[4].codeExecutionResult.output', 'tool', 'tool-result', '', '1'],
      [
        'candidates[0].groundingMetadata.groundingChunks[0].web.uri',
        'document',
        'document',
        '',
        'https://x.y',
      ],
      [
        'candidates[0].groundingMetadata.groundingChunks[0].web.title',
        'document',
        'document',
        '',
        'About',
      ],
    ],
  },
  {
    format: 'bedrock-converse',
    direction: 'answer',
    body: {
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 'QUJD' } } },
            { text: 'Hi' },
            { toolUse: { toolUseId: 't1', name: 'mail', input: { to: 'Bob' } } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      metrics: { latencyMs: 5 },
    },
    texts: [
      [
        'output.message.content[0].reasoningContent.reasoningText.text',
        'assistant',
        'text',
        '',
        'Hm',
      ],
      ['output.message.content[1].text', 'assistant', 'text', '', 'Hi'],
      ['output.message.content[2].toolUse.name', 'assistant', 'tool-arguments', 'mail', 'mail'],
      ['output.message.content[2].toolUse.input.to', 'assistant', 'tool-arguments', 'mail', 'Bob'],
    ],
  },
  {
    format: 'cohere-chat',
    direction: 'answer',
    body: {
      id: 'c-1',
      finish_reason: 'COMPLETE',
      message: {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm' },
          { type: 'text', text: 'Hi' },
        ],
        citations: [
          {
            start: 0,
            end: 2,
            text: 'Hi',
            sources: [{ type: 'document', id: 'd1', document: { text: 'I am Bob' } }],
          },
        ],
      },
      usage: { tokens: { input_tokens: 1 } },
    },
    texts: [
      ['message.content[0].thinking', 'assistant', 'text', '', 'Hm'],
      ['message.content[1].text', 'assistant', 'text', '', 'Hi'],
      ['message.citations[0].text', 'assistant', 'text', '', 'Hi'],
      ['message.citations[0].sources[0].document.text', 'document', 'document', '', 'I am Bob'],
    ],
  },
  {
    format: 'ollama-chat',
    direction: 'answer',
    body: {
      model: 'llama3.2',
      created_at: '2026-01-01T00:00:00.000Z',
      message: { role: 'assistant', content: 'Hi', thinking: 'Hm' },
      done: true,
      done_reason: 'stop',
      total_duration: 1_234_567_890,
    },
    texts: [
      ['message.thinking', 'assistant', 'text', '', 'Hm'],
      ['message.content', 'assistant', 'text', '', 'Hi'],
    ],
  },
]
