// What an invocation makes where each makes `each` results of `len`: first, first + 64, … before end. Those of a workgroup
// of 64 lie side by side, and neighbours make neighbours.
struct Share { first: u32, end: u32 }

fn share(gid: vec3u, groups: vec3u, each: u32, len: u32) -> Share {
  let at = gid.x + gid.y * groups.x * 64u;
  let lane = at % 64u;
  return Share((at - lane) * each + lane, min((at - lane + 64u) * each, len));
}
