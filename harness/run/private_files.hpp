// The files of /etc that say what names mean, as a world sees them.
//
// Decides what stands in them and how they get there. Only for the world's init: it must never be called where mounts
// are not private.
#pragma once

namespace sockrig {

struct WorldOptions;

// Throws std::system_error that names the file.
void make_private_files(const WorldOptions& options);

}  // namespace sockrig
