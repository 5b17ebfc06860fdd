// What an invocation makes where each makes `each` results of `len`: first, first + 8, … before end. Eight neighbours make
// neighbours, and their results lie side by side: where eight lanes run at a time, memory is gone through in order.
struct Share { first: u32, end: u32 }

fn share(gid: vec3u, groups: vec3u, each: u32, len: u32) -> Share {
  let at = gid.x + gid.y * groups.x * 64u;
  let lane = at % 8u;
  return Share((at - lane) * each + lane, min((at - lane + 8u) * each, len));
}
