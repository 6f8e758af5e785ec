import type { JsonObject } from '../../../core/json.ts'
import type { FormatName } from '../../format.ts'
import { answers } from './answers.ts'

/** A body, and what there is to read in it: place, role, kind, source, text. */
export interface Sample {
  readonly format: FormatName
  readonly direction: 'request' | 'answer'
  readonly body: JsonObject
  readonly texts: readonly (readonly string[])[]
}

const schema = { type: 'object', properties: { to: { type: 'string', description: 'Who' } } }
const image = 'data:image/png;base64,QUJD'

const requests: readonly Sample[] = [
  {
    format: 'openai-chat',
    direction: 'request',
    body: {
      model: 'gpt-4o',
      messages: [
        { role: 'developer', content: 'Be kind' },
        {
          role: 'user',
          name: 'Ana',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'image_url', image_url: { url: image } },
            {
              type: 'file',
              file: { filename: 'cv.pdf', file_data: 'data:application/pdf;base64,QUJD' },
            },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'mail', arguments: '{"to":"Bob"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'Sent' },
      ],
      tools: [
        { type: 'function', function: { name: 'mail', description: 'Sends', parameters: schema } },
      ],
      metadata: { case: 'X1' },
      user: 'ana@example.com',
      unknown_field: { note: 'Anything' },
    },
    texts: [
      ['messages[0].content', 'system', 'text', '', 'Be kind'],
      ['messages[1].name', 'user', 'text', '', 'Ana'],
      ['messages[1].content[0].text', 'user', 'text', '', 'Hi'],
      ['messages[1].content[2].file.filename', 'user', 'text', '', 'cv.pdf'],
      ['messages[2].reasoning_content', 'assistant', 'text', '', 'Hm'],
      ['messages[2].tool_calls[0].function.name', 'assistant', 'text', 'mail', 'mail'],
      [
        'messages[2].tool_calls[0].function.arguments#jsonto',
        'assistant',
        'tool-arguments',
        'mail',
        'Bob',
      ],
      ['messages[3].content', 'tool', 'tool-result', 'mail', 'Sent'],
      ['tools[0].function.name', 'system', 'text', 'mail', 'mail'],
      ['tools[0].function.description', 'system', 'text', 'mail', 'Sends'],
      ['tools[0].function.parameters.properties.to.description', 'system', 'text', 'mail', 'Who'],
      ['metadata.case', 'user', 'text', '', 'X1'],
      ['user', 'user', 'text', '', 'ana@example.com'],
      ['unknown_field.note', 'user', 'text', '', 'Anything'],
    ],
  },
  {
    format: 'openai-completions',
    direction: 'request',
    body: { model: 'm', prompt: ['One', 'Two'], suffix: 'End', stop: '\n\n', max_tokens: 5 },
    texts: [
      ['prompt[0]', 'user', 'text', '', 'One'],
      ['prompt[1]', 'user', 'text', '', 'Two'],
      ['suffix', 'user', 'text', '', 'End'],
      ['stop', 'user', 'text', '', '\n\n'],
    ],
  },
  {
    format: 'openai-responses',
    direction: 'request',
    body: {
      model: 'gpt-5',
      instructions: 'Be kind',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Hi' },
            { type: 'input_image', image_url: image },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm' }],
          encrypted_content: 'QUJD',
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'c1',
          name: 'mail',
          arguments: '{"to":["Bob"]}',
        },
        { type: 'function_call_output', call_id: 'c1', output: 'Sent' },
        {
          type: 'local_shell_call',
          call_id: 'c2',
          action: { type: 'exec', command: ['ls', '/home/ana'] },
        },
      ],
      prompt: { id: 'pmpt_1', variables: { who: 'Ana' } },
      metadata: { case: 'X1' },
    },
    texts: [
      ['instructions', 'system', 'text', '', 'Be kind'],
      ['input[0].content[0].text', 'user', 'text', '', 'Hi'],
      ['input[1].summary[0].text', 'assistant', 'text', '', 'Hm'],
      ['input[2].name', 'assistant', 'text', 'mail', 'mail'],
      ['input[2].arguments#jsonto[0]', 'assistant', 'tool-arguments', 'mail', 'Bob'],
      ['input[3].output', 'tool', 'tool-result', 'mail', 'Sent'],
      ['input[4].action.type', 'assistant', 'tool-arguments', 'local_shell', 'exec'],
      ['input[4].action.command[0]', 'assistant', 'tool-arguments', 'local_shell', 'ls'],
      ['input[4].action.command[1]', 'assistant', 'tool-arguments', 'local_shell', '/home/ana'],
      ['prompt.variables.who', 'user', 'text', '', 'Ana'],
      ['metadata.case', 'user', 'text', '', 'X1'],
    ],
  },
  {
    format: 'anthropic-messages',
    direction: 'request',
    body: {
      model: 'claude',
      max_tokens: 100,
      system: [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
            {
              type: 'document',
              title: 'CV',
              source: { type: 'text', media_type: 'text/plain', data: 'I am Bob' },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'QUJD' },
            {
              type: 'tool_use',
              id: 'toolu_1',
              name: 'mail',
              input: { to: { name: 'Bob', phone: 491701234567 } },
            },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [{ type: 'text', text: 'Sent' }],
            },
          ],
        },
      ],
      tools: [{ name: 'mail', description: 'Sends', input_schema: schema }],
      metadata: { user_id: 'ana' },
    },
    texts: [
      ['system[0].text', 'system', 'text', '', 'Be kind'],
      ['messages[0].content[1].title', 'document', 'document', 'CV', 'CV'],
      ['messages[0].content[1].source.data', 'document', 'document', 'CV', 'I am Bob'],
      ['messages[1].content[0].thinking', 'assistant', 'text', '', 'Hm'],
      ['messages[1].content[1].name', 'assistant', 'text', 'mail', 'mail'],
      ['messages[1].content[1].input.to.name', 'assistant', 'tool-arguments', 'mail', 'Bob'],
      [
        'messages[1].content[1].input.to.phone',
        'assistant',
        'tool-arguments',
        'mail',
        '491701234567',
      ],
      ['messages[2].content[0].content[0].text', 'tool', 'tool-result', 'mail', 'Sent'],
      ['tools[0].name', 'system', 'text', 'mail', 'mail'],
      ['tools[0].description', 'system', 'text', 'mail', 'Sends'],
      ['tools[0].input_schema.properties.to.description', 'system', 'text', 'mail', 'Who'],
      ['metadata.user_id', 'user', 'text', '', 'ana'],
    ],
  },
  {
    format: 'gemini',
    direction: 'request',
    body: {
      system_instruction: { parts: [{ text: 'Be kind' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'Hi' }, { inlineData: { mimeType: 'image/png', data: 'QUJD' } }],
        },
        {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { functionCall: { name: 'mail', args: { to: 'Bob' } }, thoughtSignature: 'QUJD' },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'mail', response: { output: 'Sent' } } }],
        },
      ],
      tools: [
        { functionDeclarations: [{ name: 'mail', description: 'Sends', parameters: schema }] },
      ],
      generationConfig: { stopSequences: ['END'], responseMimeType: 'text/plain' },
    },
    texts: [
      ['system_instruction.parts[0].text', 'system', 'text', '', 'Be kind'],
      ['contents[0].parts[0].text', 'user', 'text', '', 'Hi'],
      ['contents[1].parts[0].text', 'assistant', 'text', '', 'Hm'],
      ['contents[1].parts[1].functionCall.name', 'assistant', 'text', 'mail', 'mail'],
      ['contents[1].parts[1].functionCall.args.to', 'assistant', 'tool-arguments', 'mail', 'Bob'],
      ['contents[2].parts[0].functionResponse.name', 'tool', 'tool-result', 'mail', 'mail'],
      [
        'contents[2].parts[0].functionResponse.response.output',
        'tool',
        'tool-result',
        'mail',
        'Sent',
      ],
      ['tools[0].functionDeclarations[0].name', 'system', 'text', 'mail', 'mail'],
      ['tools[0].functionDeclarations[0].description', 'system', 'text', 'mail', 'Sends'],
      [
        'tools[0].functionDeclarations[0].parameters.properties.to.description',
        'system',
        'text',
        'mail',
        'Who',
      ],
      ['generationConfig.stopSequences[0]', 'user', 'text', '', 'END'],
    ],
  },
  {
    format: 'bedrock-converse',
    direction: 'request',
    body: {
      system: [{ text: 'Be kind' }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'Hi' },
            { document: { format: 'pdf', name: 'CV', source: { bytes: 'QUJD' } } },
            { guardContent: { text: { text: 'Guarded' } } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 'QUJD' } } },
            { toolUse: { toolUseId: 't1', name: 'mail', input: { to: 'Bob' } } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', content: [{ text: 'Sent' }, { json: { at: '9' } }] } },
          ],
        },
      ],
      toolConfig: {
        tools: [
          { toolSpec: { name: 'mail', description: 'Sends', inputSchema: { json: schema } } },
        ],
      },
      inferenceConfig: { maxTokens: 5, stopSequences: ['END'] },
      requestMetadata: { case: 'X1' },
    },
    texts: [
      ['system[0].text', 'system', 'text', '', 'Be kind'],
      ['messages[0].content[0].text', 'user', 'text', '', 'Hi'],
      ['messages[0].content[1].document.name', 'document', 'document', 'CV', 'CV'],
      ['messages[0].content[2].guardContent.text.text', 'user', 'text', '', 'Guarded'],
      ['messages[1].content[0].reasoningContent.reasoningText.text', 'assistant', 'text', '', 'Hm'],
      ['messages[1].content[1].toolUse.name', 'assistant', 'tool-arguments', 'mail', 'mail'],
      ['messages[1].content[1].toolUse.input.to', 'assistant', 'tool-arguments', 'mail', 'Bob'],
      ['messages[2].content[0].toolResult.content[0].text', 'tool', 'tool-result', 'mail', 'Sent'],
      ['messages[2].content[0].toolResult.content[1].json.at', 'tool', 'tool-result', 'mail', '9'],
      ['toolConfig.tools[0].toolSpec.name', 'system', 'text', 'mail', 'mail'],
      ['toolConfig.tools[0].toolSpec.description', 'system', 'text', 'mail', 'Sends'],
      [
        'toolConfig.tools[0].toolSpec.inputSchema.json.properties.to.description',
        'system',
        'text',
        'mail',
        'Who',
      ],
      ['inferenceConfig.stopSequences[0]', 'user', 'text', '', 'END'],
      ['requestMetadata.case', 'user', 'text', '', 'X1'],
    ],
  },
  {
    format: 'cohere-chat',
    direction: 'request',
    body: {
      model: 'command-a',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        {
          role: 'assistant',
          tool_plan: 'Plan',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'mail', arguments: '{"to":"Bob"}' } },
          ],
        },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [{ type: 'document', document: { data: { x: 'Sent' } } }],
        },
      ],
      documents: ['Plain', { id: 'd1', data: { title: 'CV', snippet: 'I am Bob' } }],
    },
    texts: [
      ['messages[0].content[0].text', 'user', 'text', '', 'Hi'],
      ['messages[1].tool_plan', 'assistant', 'text', '', 'Plan'],
      ['messages[1].tool_calls[0].function.name', 'assistant', 'text', 'mail', 'mail'],
      [
        'messages[1].tool_calls[0].function.arguments#jsonto',
        'assistant',
        'tool-arguments',
        'mail',
        'Bob',
      ],
      ['messages[2].content[0].document.data.x', 'document', 'document', 'mail', 'Sent'],
      ['documents[0]', 'document', 'document', '', 'Plain'],
      ['documents[1].data.title', 'document', 'document', '', 'CV'],
      ['documents[1].data.snippet', 'document', 'document', '', 'I am Bob'],
    ],
  },
  {
    format: 'ollama-chat',
    direction: 'request',
    body: {
      model: 'llama3.2',
      messages: [
        { role: 'system', content: 'Be kind' },
        { role: 'user', content: 'Hi', images: ['QUJD'] },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'mail', arguments: { to: 'Bob' } } }],
        },
        { role: 'tool', tool_name: 'mail', content: 'Sent' },
      ],
      keep_alive: '5m',
    },
    texts: [
      ['messages[0].content', 'system', 'text', '', 'Be kind'],
      ['messages[1].content', 'user', 'text', '', 'Hi'],
      ['messages[2].tool_calls[0].function.name', 'assistant', 'text', 'mail', 'mail'],
      [
        'messages[2].tool_calls[0].function.arguments.to',
        'assistant',
        'tool-arguments',
        'mail',
        'Bob',
      ],
      ['messages[3].tool_name', 'tool', 'tool-result', 'mail', 'mail'],
      ['messages[3].content', 'tool', 'tool-result', 'mail', 'Sent'],
    ],
  },
]

/** A request and an answer of every format. */
export const samples: readonly Sample[] = [...requests, ...answers]
