// `echo` in JavaScript.

export const handler = async (event) => {
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
  const { message } = JSON.parse(body);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ echo: `${message}... ${message}... ${message}...` }),
    isBase64Encoded: false,
  };
};
