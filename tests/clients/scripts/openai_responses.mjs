// A tool made of openai-node: one streamed turn in Responses, and another with what its function said.
import OpenAI from "openai";

const [url, model, prompt] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.AMPEL_KEY });
const parameters = { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } };
const tools = [{ type: "function", name: "add", description: "Adds.", parameters, strict: false }];
const input = [{ role: "user", content: prompt }];
for (;;) {
  const stream = client.responses.stream({ model, input, tools, store: false });
  stream.on("response.output_text.delta", (event) => process.stdout.write(event.delta));
  const response = await stream.finalResponse();
  process.stdout.write("\n");
  const calls = response.output.filter((item) => item.type === "function_call");
  if (!calls.length) break;
  input.push(...response.output.map(({ parsed_arguments, ...item }) => item));
  for (const call of calls) {
    console.log("called", call.name);
    const sum = Object.values(JSON.parse(call.arguments)).reduce((a, b) => a + b, 0);
    input.push({ type: "function_call_output", call_id: call.call_id, output: String(sum) });
  }
}
