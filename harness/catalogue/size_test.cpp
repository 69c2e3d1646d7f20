// Sizes as a script writes them.
#include <boost/test/unit_test.hpp>

#include "catalogue/script.hpp"

using namespace sockrig;

BOOST_AUTO_TEST_SUITE(script_sizes)

BOOST_AUTO_TEST_CASE(sizes) {
  std::uint64_t n = 0;
  BOOST_TEST((parse_size("7", n) && n == 7));
  BOOST_TEST((parse_size("7 B", n) && n == 7));
  BOOST_TEST((parse_size("64 KiB", n) && n == 65536));
  BOOST_TEST((parse_size("1MiB", n) && n == 1048576));
  BOOST_TEST((parse_size(" 2 GiB ", n) && n == 2147483648u));
  BOOST_TEST((parse_size("0", n) && n == 0));
  BOOST_TEST((parse_size("17179869183 GiB", n) && n == 17179869183u << 30));
  for (const char* text : {"", "KiB", "1 KB", "1 kib", "1.5 MiB", "-1", "+1", "1 KiB x", "0x10", "17179869184 GiB",
                           "18446744073709551616", "1 Ki B"}) {
    BOOST_TEST(!parse_size(text, n), "'" << text << "' was taken for a size");
  }
}

BOOST_AUTO_TEST_SUITE_END()
