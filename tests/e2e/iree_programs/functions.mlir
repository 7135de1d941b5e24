// Functions of one number on whole tensors, on a single number, and in a body.

func.func @tanh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.tanh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @ceil(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.ceil %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @floor(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.floor %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @exp(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.exp %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @exp2(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.exp2 %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @expm1(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.expm1 %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @log(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.log %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @log2(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.log2 %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @log1p(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.log1p %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @sqrt(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.sqrt %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @rsqrt(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.rsqrt %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @erf(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.erf %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @absf(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.absf %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @round(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.round %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @roundeven(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.roundeven %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @trunc(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.trunc %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @sin(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.sin %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @cos(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.cos %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @tan(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.tan %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @asin(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.asin %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @acos(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.acos %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @atan(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.atan %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @sinh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.sinh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @cosh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.cosh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @asinh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.asinh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @acosh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.acosh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @atanh(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.atanh %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @cbrt(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = math.cbrt %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @single_tanh(%x: tensor<f32>) -> tensor<f32> {
  %r = math.tanh %x : tensor<f32>
  return %r : tensor<f32>
}

func.func @powers(%x: tensor<6xf32>, %y: tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) {
  %p = math.powf %x, %y : tensor<6xf32>
  %a = math.atan2 %x, %y : tensor<6xf32>
  %c = math.copysign %x, %y : tensor<6xf32>
  return %p, %a, %c : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
}

// Sigmoid and a clamp in one body, in halves.
func.func @in_a_body(%x: tensor<3x5xf16>) -> tensor<3x5xf16> {
  %one = arith.constant 1.0 : f16
  %low = arith.constant 0.25 : f16
  %high = arith.constant 0.75 : f16
  %e = tensor.empty() : tensor<3x5xf16>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<3x5xf16>) outs(%e : tensor<3x5xf16>) {
  ^bb0(%v: f16, %out: f16):
    %0 = arith.negf %v : f16
    %1 = math.exp %0 : f16
    %2 = arith.addf %1, %one : f16
    %3 = arith.divf %one, %2 : f16
    %4 = arith.maximumf %3, %low : f16
    %5 = arith.minimumf %4, %high : f16
    linalg.yield %5 : f16
  } -> tensor<3x5xf16>
  return %r : tensor<3x5xf16>
}
