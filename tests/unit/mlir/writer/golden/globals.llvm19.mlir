ml_program.global private @"odd name"(dense<[1.5, 0x7FC00000, 0xFF800000]> : tensor<3xf32>) : tensor<3xf32>
ml_program.global private @ones(dense<1> : tensor<100xi8>) : tensor<100xi8>
ml_program.global private @weights(dense_resource<weights> : tensor<70xf32>) : tensor<70xf32>
ml_program.global private @given(#ml_program.extern : tensor<4xf32>) : tensor<4xf32> {tensorir_parameter = ["model", "a key"]}
func.func @main() -> (tensor<3xf32>, tensor<100xi8>, tensor<70xf32>, tensor<4xf32>) {
  %0 = ml_program.global_load_const @"odd name" : tensor<3xf32>
  %1 = tensor.empty() : tensor<3xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%0 : tensor<3xf32>) outs(%1 : tensor<3xf32>) {
  ^bb0(%2: f32, %3: f32):
    %5 = arith.negf %2 : f32
    linalg.yield %5 : f32
  } -> tensor<3xf32>
  %6 = ml_program.global_load_const @ones : tensor<100xi8>
  %7 = ml_program.global_load_const @weights : tensor<70xf32>
  %8 = ml_program.global_load_const @given : tensor<4xf32>
  return %4, %6, %7, %8 : tensor<3xf32>, tensor<100xi8>, tensor<70xf32>, tensor<4xf32>
}
{-#
  dialect_resources: {
    builtin: {
      weights: "0x04000000000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF000102030405060708090A0B0C0D0E0F1011121314151617"
    }
  }
#-}
