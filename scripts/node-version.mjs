// Says in a sentence that Node is too old for the scripts, which are TypeScript: Node runs that from 22.18 on.
// The commands of package.json load this first. `npm ci` installs a Node 24 for them.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} is too old: run "npm ci" without --omit, which installs ` +
      'Node 24 for linux and macOS on x64 and arm64, or take Node 22.18 or later',
  )
  process.exit(1)
}
