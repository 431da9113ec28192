"""Of the python-dotenv package, what the documents' LLM example calls; the SDK reads ``.env`` files itself."""


def load_dotenv() -> bool:
    return False
