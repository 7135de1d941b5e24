/* The constants of the vector functions. Written by generate_coefficients.py: change that, not this.
 * Polynomials begin with the lowest power. */
#ifndef TENSORIR_COEFFICIENTS_H
#define TENSORIR_COEFFICIENTS_H

#include <stdint.h>

#define TIR_LN2_HIGH_F 0x1.62e4p-1f
#define TIR_LN2_LOW_F 0x1.7f7d1cp-20f
#define TIR_TWICE_LN2_HIGH_F 0x1.62e4p+0f
#define TIR_TWICE_LN2_LOW_F 0x1.7f7d1cp-19f
#define TIR_HALF_LOG2E_F 0x1.715476p-1f
#define TIR_LN2 0x1.62e42fefa39efp-1
#define TIR_LOG2E 0x1.71547652b82fep+0
#define TIR_SQRT_HALF 0x1.6a09e667f3bcdp-1
#define TIR_TWO_OVER_PI 0x1.45f306dc9c883p-1
#define TIR_CBRT_2 0x1.428a2f98d728bp+0
#define TIR_CBRT_4 0x1.965fea53d6e3dp+0
#define TIR_ERFC_MIDDLE 0x1p+2
#define TIR_HALF_PI_1 0x1.921fb544p+0
#define TIR_HALF_PI_2 0x1.0b4611a6p-34
#define TIR_HALF_PI_3 0x1.3198a2ep-69
#define TIR_HALF_PI_4 0x1.b839a252049c1p-104
#define TIR_LN2_HIGH 0x1.62e42fefa3p-1
#define TIR_LOG2E_HIGH 0x1.71547p+0
#define TIR_LOG10E_HIGH 0x1.bcb7bp-2
#define TIR_LOG10_2_HIGH 0x1.34413509f7p-2
#define TIR_HALF_PI_HIGH 0x1.921fb54442d18p+0
#define TIR_PI_HIGH 0x1.921fb54442d18p+1
#define TIR_POW_FIRST_HIGH 0x1.71547652b82fep+1
#define TIR_POW_THIRD_HIGH 0x1.ec709dc3a03fdp-1
#define TIR_LN2_LOW 0x1.3de6af278ece6p-42
#define TIR_LOG2E_LOW 0x1.94ae0bf85ddf4p-22
#define TIR_LOG10E_LOW 0x1.526e50e32a6abp-26
#define TIR_LOG10_2_LOW 0x1.3fde623e2566bp-43
#define TIR_HALF_PI_LOW 0x1.1a62633145c07p-54
#define TIR_PI_LOW 0x1.1a62633145c07p-53
#define TIR_POW_FIRST_LOW 0x1.777d0ffda0d24p-55
#define TIR_POW_THIRD_LOW 0x1.d27f05548af0cp-55
static const float tir_gelu_above_f[] = {
  0x1p-65f,
  0x1.c0ba68p-66f,
  0x1.772366p-67f,
  0x1.4cb236p-69f,
  0x1.0d902ep-72f,
};
static const float tir_gelu_below_f[] = {
  0x1p+0f,
  0x1.ac9f64p+0f,
  0x1.33c654p+0f,
  0x1.e091fp-2f,
  0x1.a0ffcap-4f,
  0x1.51d7eep-7f,
};
static const float tir_exp2_f[] = {
  0x1.62e43p-1f,
  0x1.ebfbdcp-3f,
  0x1.c6af72p-5f,
  0x1.3b2d3p-7f,
  0x1.5f13f6p-10f,
  0x1.42a71p-13f,
};
static const float tir_half_exp_f[] = {
  -0x1p-1f,
  0x1.fffffcp-4f,
  -0x1.555494p-6f,
  0x1.55588ap-9f,
  -0x1.123deep-12f,
  0x1.6a9e34p-16f,
};
static const float tir_log_f[] = {
  0x1.555546p-2f,
  -0x1.ffffeep-3f,
  0x1.99a542p-3f,
  -0x1.5562e2p-3f,
  0x1.233304p-3f,
  -0x1.fb43fep-4f,
  0x1.e64f6cp-4f,
  -0x1.e2dff8p-4f,
  0x1.1b2f36p-4f,
};
static const float tir_tanh_f[] = {
  -0x1.555534p-2f,
  0x1.11075ep-3f,
  -0x1.b842c6p-5f,
  0x1.524c58p-6f,
  -0x1.767aa4p-8f,
};
static const float tir_erf_f[] = {
  0x1.06eba6p-3f,
  -0x1.8126ecp-2f,
  0x1.ce1b86p-4f,
  -0x1.b69cc4p-6f,
  0x1.47b15ap-8f,
  -0x1.3c4f86p-11f,
};
static const float tir_log2_erfc_f[] = {
  0x1.eef61ap-13f,
  -0x1.a124dp+0f,
  -0x1.d3e8bp-1f,
  -0x1.3f91bcp-3f,
  0x1.27f054p-5f,
  -0x1.877ff6p-8f,
  0x1.43d8dcp-11f,
  -0x1.f13f8cp-16f,
};
static const float tir_exp_f[] = {
  0x1.fffffcp-2f,
  0x1.555494p-3f,
  0x1.55588cp-5f,
  0x1.123884p-7f,
  0x1.6a7998p-10f,
};
static const double tir_exp_d[] = {
  0x1p-1,
  0x1.555555555555bp-3,
  0x1.5555555555503p-5,
  0x1.111111110ec5fp-7,
  0x1.6c16c16c30474p-10,
  0x1.a01a01b37d9afp-13,
  0x1.a01a013698c57p-16,
  0x1.71ddf02261a81p-19,
  0x1.27e5b4318c9ffp-22,
  0x1.af6be51ab2603p-26,
  0x1.1e3d4c9d40ba1p-29,
};
static const double tir_log_d[] = {
  0x1.5555555555592p-1,
  0x1.999999997fd82p-2,
  0x1.24924941f428bp-2,
  0x1.c71c5206d7237p-3,
  0x1.74663f71d1048p-3,
  0x1.39a1ac50c05p-3,
  0x1.2f05faa79e539p-3,
};
static const double tir_pow_d[] = {
  0x1.2776c50ef9bfcp-1,
  0x1.a61762a7aefa3p-2,
  0x1.484b13d696e92p-2,
  0x1.0c9a8543de743p-2,
  0x1.c68ee5435766ap-3,
  0x1.8a0a431b495b7p-3,
  0x1.58f2eee192f81p-3,
  0x1.623b14427cf03p-3,
};
static const double tir_cbrt_d[] = {
  0x1.c9dfac21dc035p-2,
  0x1.e672e54f739ap-1,
  -0x1.551465fc5a80bp-1,
  0x1.8a9b509e9116p-2,
  -0x1.27defc724e812p-3,
  0x1.fa52cbe323939p-6,
  -0x1.76cf357cf088ep-9,
};
static const double tir_erf_d[] = {
  0x1.20dd750429b6dp+0,
  -0x1.812746b0379e7p-2,
  0x1.ce2f21a042bddp-4,
  -0x1.b82ce3128899bp-6,
  0x1.565bcd0e64ab2p-8,
  -0x1.c02db3fed8e88p-11,
  0x1.f9a326bfb57c2p-14,
  -0x1.f4d255e1267d5p-17,
  0x1.b9e64d0608371p-20,
  -0x1.5f6d6b40a6d68p-23,
  0x1.fc411637cf73ep-27,
  -0x1.4e55c8deabcd8p-30,
  0x1.7ecbe4807b86fp-34,
  -0x1.2928c8259c765p-38,
};
static const double tir_erfc_d[] = {
  0x1.3ba5916e9fd7fp+0,
  -0x1.1df1ad154a29cp-3,
  0x1.f7f5df66fd71fp-7,
  0x1.16ecefcfa6043p-4,
  -0x1.9ddb23c3e8a4ep-4,
  0x1.7fee004df6ac3p-4,
  -0x1.0fb06dfe58cbbp-4,
  0x1.3079edf9f9a79p-5,
  -0x1.0962388077358p-6,
  0x1.49c67191aaf1p-8,
  -0x1.8d4a9fef2278ep-11,
  -0x1.a1de83d1ad6f4p-13,
  0x1.3be0d2dff0befp-13,
  -0x1.9969d5c11e05ep-16,
  -0x1.78a872d2fb2b3p-17,
  0x1.7fae609b0897bp-18,
  0x1.44392cac4d6c4p-22,
  -0x1.bfe10c684f901p-21,
  0x1.0bf5a0a925b3cp-24,
  0x1.ec09049a30e9fp-24,
  -0x1.0b494100be4fp-27,
  -0x1.cbf1aa1a18463p-27,
  -0x1.d81e6705dde2bp-30,
};
static const double tir_sin_d[] = {
  -0x1.5555555555555p-3,
  0x1.111111111110bp-7,
  -0x1.a01a01a018ae4p-13,
  0x1.71de3a53397b1p-19,
  -0x1.ae64529852631p-26,
  0x1.612092bcd85fbp-33,
  -0x1.aaa54a2c400c3p-41,
};
static const double tir_cos_d[] = {
  0x1.5555555555555p-5,
  -0x1.6c16c16c16c1p-10,
  0x1.a01a01a018de9p-16,
  -0x1.27e4fb75fd738p-22,
  0x1.1eed8ca3a68dfp-29,
  -0x1.9393383e05b59p-37,
  0x1.aac5ab8e98e3ep-45,
};
static const double tir_sin_narrow_d[] = {
  -0x1.5555554cb8cf6p-3,
  0x1.11110895a10e1p-7,
  -0x1.a00f9d2a63c74p-13,
  0x1.6cd83c914c6bep-19,
};
static const double tir_cos_narrow_d[] = {
  0x1.5555554f4e592p-5,
  -0x1.6c16b898c3997p-10,
  0x1.a011201716ae7p-16,
  -0x1.242ad10c07128p-22,
};
static const double tir_atan_d[] = {
  -0x1.5555555555554p-2,
  0x1.999999999965ap-3,
  -0x1.2492492475d5fp-3,
  0x1.c71c71b778fccp-4,
  -0x1.745d14bfd4325p-4,
  0x1.3b136eaf24f4ep-4,
  -0x1.110c79dbb321p-4,
  0x1.e1728359bdf9fp-5,
  -0x1.ab80a84f1f8a9p-5,
  0x1.70f99a3b0798dp-5,
  -0x1.1253661b153p-5,
  0x1.f2556426fae4bp-7,
};
static const double tir_asin_d[] = {
  0x1.5555555555553p-3,
  0x1.3333333333a5dp-4,
  0x1.6db6db6d46e55p-5,
  0x1.f1c71ca8ff51fp-6,
  0x1.6e8b9ad916c53p-6,
  0x1.1c4f8775cbae5p-6,
  0x1.c980a9500de53p-7,
  0x1.7ba651793194fp-7,
  0x1.36b47ad634f49p-7,
  0x1.484f55c371d13p-7,
  0x1.5540ef0bc10fdp-11,
  0x1.97ddac36c8082p-6,
  -0x1.add9f79d6150fp-6,
  0x1.1403bc9b751a2p-5,
};
static const uint32_t tir_two_over_pi[] = {
  0x00000000,
  0x00000000,
  0xa2f9836e,
  0x4e441529,
  0xfc2757d1,
  0xf534ddc0,
  0xdb629599,
  0x3c439041,
  0xfe5163ab,
  0xdebbc561,
  0xb7246e3a,
  0x424dd2e0,
  0x06492eea,
  0x09d1921c,
  0xfe1deb1c,
  0xb129a73e,
  0xe88235f5,
  0x2ebb4484,
  0xe99c7026,
  0xb45f7e41,
  0x3991d639,
  0x835339f4,
  0x9c845f8b,
  0xbdf9283b,
  0x1ff897ff,
  0xde05980f,
  0xef2f118b,
  0x5a0a6d1f,
  0x6d367ecf,
  0x27cb09b7,
  0x4f463f66,
  0x9e5fea2d,
  0x7527bac7,
  0xebe5f17b,
  0x3d0739f7,
  0x8a5292ea,
  0x6bfb5fb1,
  0x1f8d5d08,
  0x56033046,
  0xfc7b6bab,
  0xf0cfbc20,
  0x9af4361d,
  0xa9e39161,
  0x5ee61b08,
};

#endif
