// Sources written for <mmsystem.h> compile and work with only the include changed.
#include <gtest/gtest.h>

#include "mmio/temp_file.hpp"
#include "ringproc/mmio.h"

extern "C" int write_wave(char* path);
LONG ReadWave(LPSTR pszFileName, WAVEFORMATEX* pwfx);

namespace ringproc::test {
namespace {

TEST(WindowsSource, WritesAndReadsAWaveFile) {
  TempFile file(".wav");
  WAVEFORMATEX format{};
  ASSERT_TRUE(write_wave(file.name()));
  EXPECT_EQ(ReadWave(file.name(), &format), 16000);
  EXPECT_EQ(format.nSamplesPerSec, 8000u);
  EXPECT_EQ(format.wBitsPerSample, 16);
  EXPECT_EQ(file.get().size(), 16044u);
  EXPECT_EQ(file.get().substr(0, 4) + file.get().substr(8, 8), "RIFFWAVEfmt ");
}

}  // namespace
}  // namespace ringproc::test
