// A tool made of openai-node: one streamed turn in Chat Completions, and another with what its function said.
import OpenAI from "openai";

const [url, model, prompt] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.AMPEL_KEY });
const parameters = { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } };
const tools = [{ type: "function", function: { name: "add", description: "Adds.", parameters } }];
const messages = [{ role: "user", content: prompt }];
for (;;) {
  const stream = client.chat.completions.stream({ model, messages, tools });
  stream.on("content", (text) => process.stdout.write(text));
  const { message } = (await stream.finalChatCompletion()).choices[0];
  process.stdout.write("\n");
  if (!message.tool_calls?.length) break;
  messages.push(message);
  for (const call of message.tool_calls) {
    console.log("called", call.function.name);
    const sum = Object.values(JSON.parse(call.function.arguments)).reduce((a, b) => a + b, 0);
    messages.push({ role: "tool", tool_call_id: call.id, content: String(sum) });
  }
}
