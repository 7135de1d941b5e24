/* The constants of the vector functions. Written by generate_coefficients.py: change that, not this.
 * Polynomials begin with the lowest power. */
#ifndef TENSORIR_COEFFICIENTS_H
#define TENSORIR_COEFFICIENTS_H

#define TIR_LOG2E 0x1.71547652b82fep+0
#define TIR_LN2_HIGH_F 0x1.62e4p-1f
#define TIR_LN2_LOW_F 0x1.7f7d1cp-20f
static const float tir_exp_f[] = {
  0x1.fffffcp-2f,
  0x1.555494p-3f,
  0x1.55588cp-5f,
  0x1.123884p-7f,
  0x1.6a7998p-10f,
};
#define TIR_LN2_HIGH_D 0x1.62e42fefa3p-1
#define TIR_LN2_LOW_D 0x1.3de6af278ece6p-42
static const double tir_exp_d[] = {
  0x1.000000000000ap-1,
  0x1.55555555554fap-3,
  0x1.5555555550885p-5,
  0x1.1111111127ca5p-7,
  0x1.6c16c184285e4p-10,
  0x1.a01a012a10395p-13,
  0x1.a0199a10a3afbp-16,
  0x1.71df25fa097d5p-19,
  0x1.28ad6f2171b37p-22,
  0x1.ad7e5e218a1efp-26,
};

#endif
