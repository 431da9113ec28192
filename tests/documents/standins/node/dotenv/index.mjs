// Of the dotenv package, what the documents' LLM example calls; the SDK reads `.env` files itself.
export function config() {
  return {};
}
