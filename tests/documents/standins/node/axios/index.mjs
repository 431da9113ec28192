// Of the axios package, what the documents' LLM example calls.
export default {
  async post(url, data, { headers }) {
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(data) });
    return { status: answer.status, statusText: answer.statusText, data: await answer.json() };
  },
};
