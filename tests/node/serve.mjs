// A personal data server of Bluesky's network, with the directory of accounts that it needs.
//
//     node serve.mjs FOLDER PACKAGES
//
// Both listen on loopback alone, on ports that were free. One line of JSON tells the port of the
// first and the key that it signs sessions with. The end comes when standard input closes; FOLDER
// is removed then.

import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'

const [folder, packages] = process.argv.slice(2)
const require = createRequire(path.join(packages, 'package.json'))
const { PDS, envToCfg, envToSecrets } = require('@atproto/pds')
const { Database, PlcServer } = require('@did-plc/server')

// The servers have no setting for the address to listen on, so only their applications are used,
// each in a listener of ours; the port is known before the application that has to know it.
const open = () =>
  new Promise((ready) => {
    const server = createServer().listen(0, '127.0.0.1', () => ready(server))
  })
const secret = () => randomBytes(32).toString('hex')

const directory = await open()
directory.on('request', PlcServer.create({ db: Database.mock() }).app)

const host = await open()
const settings = {
  devMode: true,
  hostname: 'localhost',
  port: host.address().port,
  didPlcUrl: `http://127.0.0.1:${directory.address().port}`,
  dataDirectory: path.join(folder, 'data'),
  blobstoreDiskLocation: path.join(folder, 'blobs'),
  plcRotationKeyK256PrivateKeyHex: secret(),
  jwtSecret: secret(),
  dpopSecret: secret(),
  adminPassword: secret(),
  enableDidDocWithSession: true,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: false,
  disableSsrfProtection: true,
}
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
await pds.ctx.sequencer.start()
host.on('request', pds.app)

console.log(JSON.stringify({ pds: settings.port, key: settings.jwtSecret }))

process.stdin.resume().on('end', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
