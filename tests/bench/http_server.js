// The least HTTP server there is; says its port when it can be asked.
'use strict';
const body = 'Hello, world\n';
const server = require('node:http').createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
  response.end(body);
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(server.address().port));
