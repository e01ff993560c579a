"""The servers that generate, all spoken to by one OpenAI-compatible client: llama.cpp, vLLM, or one that is there already."""
