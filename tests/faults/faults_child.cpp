// faults_child exit PATH OPTIONS BYTES: opens the file, writes so many bytes and ends by exit(),
// without closing it.
#include <cstdlib>

#include "faults/support.hpp"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto options = faults::options_of(argv[3]);
  std::error_code error;
  // Leaked on purpose, so that nobody closes it.
  auto* const file =
      new ringproc::File(ringproc::File::open(argv[2], faults::kCreate, error, &options));
  if (error) return 3;
  const auto text = faults::text_of(std::strtoul(argv[4], nullptr, 10));
  if (file->write(faults::bytes(text)).error) return 4;
  std::exit(0);
}
