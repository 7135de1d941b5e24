func.func @conv_1d(%a: tensor<5xf32>, %b: tensor<2xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.conv_1d ins(%a, %b : tensor<5xf32>, tensor<2xf32>) outs(%c : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// -----
func.func @conv_2d(%a: tensor<4x5xf32>, %b: tensor<2x2xf32>, %c: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = linalg.conv_2d ins(%a, %b : tensor<4x5xf32>, tensor<2x2xf32>) outs(%c : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
// -----
func.func @conv_3d(%a: tensor<3x4x5xf32>, %b: tensor<2x2x2xf32>, %c: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = linalg.conv_3d ins(%a, %b : tensor<3x4x5xf32>, tensor<2x2x2xf32>) outs(%c : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
// -----
func.func @conv_1d_nwc_wcf(%a: tensor<1x5x6xf32>, %b: tensor<2x6x5xf32>, %c: tensor<1x4x5xf32>) -> tensor<1x4x5xf32> {
  %0 = linalg.conv_1d_nwc_wcf {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2x6x5xf32>) outs(%c : tensor<1x4x5xf32>) -> tensor<1x4x5xf32>
  return %0 : tensor<1x4x5xf32>
}
// -----
func.func @conv_1d_ncw_fcw(%a: tensor<1x6x5xf32>, %b: tensor<5x6x2xf32>, %c: tensor<1x5x4xf32>) -> tensor<1x5x4xf32> {
  %0 = linalg.conv_1d_ncw_fcw {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x6x5xf32>, tensor<5x6x2xf32>) outs(%c : tensor<1x5x4xf32>) -> tensor<1x5x4xf32>
  return %0 : tensor<1x5x4xf32>
}
// -----
func.func @conv_2d_nhwc_hwcf(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2x6x5xf32>, %c: tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2x6x5xf32>) outs(%c : tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  return %0 : tensor<1x3x4x5xf32>
}
// -----
func.func @conv_2d_nhwc_fhwc(%a: tensor<1x4x5x6xf32>, %b: tensor<5x2x2x6xf32>, %c: tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32> {
  %0 = linalg.conv_2d_nhwc_fhwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<5x2x2x6xf32>) outs(%c : tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  return %0 : tensor<1x3x4x5xf32>
}
// -----
func.func @conv_2d_nchw_fchw(%a: tensor<1x6x4x5xf32>, %b: tensor<5x6x2x2xf32>, %c: tensor<1x5x3x4xf32>) -> tensor<1x5x3x4xf32> {
  %0 = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x6x4x5xf32>, tensor<5x6x2x2xf32>) outs(%c : tensor<1x5x3x4xf32>) -> tensor<1x5x3x4xf32>
  return %0 : tensor<1x5x3x4xf32>
}
// -----
func.func @conv_2d_ngchw_gfchw(%a: tensor<1x2x6x4x5xf32>, %b: tensor<2x5x6x2x2xf32>, %c: tensor<1x2x5x3x4xf32>) -> tensor<1x2x5x3x4xf32> {
  %0 = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x2x6x4x5xf32>, tensor<2x5x6x2x2xf32>) outs(%c : tensor<1x2x5x3x4xf32>) -> tensor<1x2x5x3x4xf32>
  return %0 : tensor<1x2x5x3x4xf32>
}
// -----
func.func @conv_2d_nhwgc_gfhwc(%a: tensor<1x4x5x2x6xf32>, %b: tensor<2x5x2x2x6xf32>, %c: tensor<1x3x4x2x5xf32>) -> tensor<1x3x4x2x5xf32> {
  %0 = linalg.conv_2d_nhwgc_gfhwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x2x6xf32>, tensor<2x5x2x2x6xf32>) outs(%c : tensor<1x3x4x2x5xf32>) -> tensor<1x3x4x2x5xf32>
  return %0 : tensor<1x3x4x2x5xf32>
}
// -----
func.func @conv_3d_ndhwc_dhwcf(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2x6x5xf32>, %c: tensor<1x2x3x4x5xf32>) -> tensor<1x2x3x4x5xf32> {
  %0 = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2x6x5xf32>) outs(%c : tensor<1x2x3x4x5xf32>) -> tensor<1x2x3x4x5xf32>
  return %0 : tensor<1x2x3x4x5xf32>
}
// -----
func.func @depthwise_conv_2d_nhwc_hwc(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2x6xf32>, %c: tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2x6xf32>) outs(%c : tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32>
  return %0 : tensor<1x3x4x6xf32>
}
// -----
func.func @depthwise_conv_2d_nhwc_hwcm(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2x6x2xf32>, %c: tensor<1x3x4x6x2xf32>) -> tensor<1x3x4x6x2xf32> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwcm {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2x6x2xf32>) outs(%c : tensor<1x3x4x6x2xf32>) -> tensor<1x3x4x6x2xf32>
  return %0 : tensor<1x3x4x6x2xf32>
}
// -----
func.func @conv_2d_nhwc_hwcf_q(%a: tensor<1x4x5x6xi8>, %b: tensor<2x2x6x5xi8>, %c: i32, %d: i32, %e: tensor<1x3x4x5xi32>) -> tensor<1x3x4x5xi32> {
  %0 = linalg.conv_2d_nhwc_hwcf_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x4x5x6xi8>, tensor<2x2x6x5xi8>, i32, i32) outs(%e : tensor<1x3x4x5xi32>) -> tensor<1x3x4x5xi32>
  return %0 : tensor<1x3x4x5xi32>
}
// -----
func.func @conv_2d_nhwc_fhwc_q(%a: tensor<1x4x5x6xi8>, %b: tensor<5x2x2x6xi8>, %c: i32, %d: i32, %e: tensor<1x3x4x5xi32>) -> tensor<1x3x4x5xi32> {
  %0 = linalg.conv_2d_nhwc_fhwc_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x4x5x6xi8>, tensor<5x2x2x6xi8>, i32, i32) outs(%e : tensor<1x3x4x5xi32>) -> tensor<1x3x4x5xi32>
  return %0 : tensor<1x3x4x5xi32>
}
// -----
func.func @conv_2d_nchw_fchw_q(%a: tensor<1x6x4x5xi8>, %b: tensor<5x6x2x2xi8>, %c: i32, %d: i32, %e: tensor<1x5x3x4xi32>) -> tensor<1x5x3x4xi32> {
  %0 = linalg.conv_2d_nchw_fchw_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x6x4x5xi8>, tensor<5x6x2x2xi8>, i32, i32) outs(%e : tensor<1x5x3x4xi32>) -> tensor<1x5x3x4xi32>
  return %0 : tensor<1x5x3x4xi32>
}
// -----
func.func @conv_2d_ngchw_gfchw_q(%a: tensor<1x2x6x4x5xi8>, %b: tensor<2x5x6x2x2xi8>, %c: i32, %d: i32, %e: tensor<1x2x5x3x4xi32>) -> tensor<1x2x5x3x4xi32> {
  %0 = linalg.conv_2d_ngchw_gfchw_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x2x6x4x5xi8>, tensor<2x5x6x2x2xi8>, i32, i32) outs(%e : tensor<1x2x5x3x4xi32>) -> tensor<1x2x5x3x4xi32>
  return %0 : tensor<1x2x5x3x4xi32>
}
// -----
func.func @conv_2d_nhwgc_gfhwc_q(%a: tensor<1x4x5x2x6xi8>, %b: tensor<2x5x2x2x6xi8>, %c: i32, %d: i32, %e: tensor<1x3x4x2x5xi32>) -> tensor<1x3x4x2x5xi32> {
  %0 = linalg.conv_2d_nhwgc_gfhwc_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x4x5x2x6xi8>, tensor<2x5x2x2x6xi8>, i32, i32) outs(%e : tensor<1x3x4x2x5xi32>) -> tensor<1x3x4x2x5xi32>
  return %0 : tensor<1x3x4x2x5xi32>
}
// -----
func.func @conv_3d_ndhwc_dhwcf_q(%a: tensor<1x3x4x5x6xi8>, %b: tensor<2x2x2x6x5xi8>, %c: i32, %d: i32, %e: tensor<1x2x3x4x5xi32>) -> tensor<1x2x3x4x5xi32> {
  %0 = linalg.conv_3d_ndhwc_dhwcf_q {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b, %c, %d : tensor<1x3x4x5x6xi8>, tensor<2x2x2x6x5xi8>, i32, i32) outs(%e : tensor<1x2x3x4x5xi32>) -> tensor<1x2x3x4x5xi32>
  return %0 : tensor<1x2x3x4x5xi32>
}
// -----
func.func @depthwise_conv_2d_nhwc_hwc_q(%a: tensor<1x4x5x6xi8>, %b: tensor<2x2x6xi8>, %c: i32, %d: i32, %e: tensor<1x3x4x6xi32>) -> tensor<1x3x4x6xi32> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x4x5x6xi8>, tensor<2x2x6xi8>, i32, i32) outs(%e : tensor<1x3x4x6xi32>) -> tensor<1x3x4x6xi32>
  return %0 : tensor<1x3x4x6xi32>
}
// -----
func.func @depthwise_conv_2d_nhwc_hwcm_q(%a: tensor<1x4x5x6xi8>, %b: tensor<2x2x6x2xi8>, %c: i32, %d: i32, %e: tensor<1x3x4x6x2xi32>) -> tensor<1x3x4x6x2xi32> {
  %0 = linalg.depthwise_conv_2d_nhwc_hwcm_q {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b, %c, %d : tensor<1x4x5x6xi8>, tensor<2x2x6x2xi8>, i32, i32) outs(%e : tensor<1x3x4x6x2xi32>) -> tensor<1x3x4x6x2xi32>
  return %0 : tensor<1x3x4x6x2xi32>
}
// -----
func.func @conv_2d_ngchw_fgchw(%a: tensor<1x2x6x4x5xf32>, %b: tensor<5x2x6x2x2xf32>, %c: tensor<1x2x5x3x4xf32>) -> tensor<1x2x5x3x4xf32> {
  %0 = linalg.conv_2d_ngchw_fgchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x2x6x4x5xf32>, tensor<5x2x6x2x2xf32>) outs(%c : tensor<1x2x5x3x4xf32>) -> tensor<1x2x5x3x4xf32>
  return %0 : tensor<1x2x5x3x4xf32>
}
// -----
func.func @conv_3d_ncdhw_fcdhw(%a: tensor<1x6x3x4x5xf32>, %b: tensor<5x6x2x2x2xf32>, %c: tensor<1x5x2x3x4xf32>) -> tensor<1x5x2x3x4xf32> {
  %0 = linalg.conv_3d_ncdhw_fcdhw {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x6x3x4x5xf32>, tensor<5x6x2x2x2xf32>) outs(%c : tensor<1x5x2x3x4xf32>) -> tensor<1x5x2x3x4xf32>
  return %0 : tensor<1x5x2x3x4xf32>
}
// -----
func.func @depthwise_conv_1d_nwc_wc(%a: tensor<1x5x6xf32>, %b: tensor<2x6xf32>, %c: tensor<1x4x6xf32>) -> tensor<1x4x6xf32> {
  %0 = linalg.depthwise_conv_1d_nwc_wc {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2x6xf32>) outs(%c : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}
// -----
func.func @depthwise_conv_1d_ncw_cw(%a: tensor<1x6x5xf32>, %b: tensor<6x2xf32>, %c: tensor<1x6x4xf32>) -> tensor<1x6x4xf32> {
  %0 = linalg.depthwise_conv_1d_ncw_cw {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x6x5xf32>, tensor<6x2xf32>) outs(%c : tensor<1x6x4xf32>) -> tensor<1x6x4xf32>
  return %0 : tensor<1x6x4xf32>
}
// -----
func.func @depthwise_conv_1d_nwc_wcm(%a: tensor<1x5x6xf32>, %b: tensor<2x6x2xf32>, %c: tensor<1x4x6x2xf32>) -> tensor<1x4x6x2xf32> {
  %0 = linalg.depthwise_conv_1d_nwc_wcm {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2x6x2xf32>) outs(%c : tensor<1x4x6x2xf32>) -> tensor<1x4x6x2xf32>
  return %0 : tensor<1x4x6x2xf32>
}
// -----
func.func @depthwise_conv_2d_nchw_chw(%a: tensor<1x6x4x5xf32>, %b: tensor<6x2x2xf32>, %c: tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32> {
  %0 = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x6x4x5xf32>, tensor<6x2x2xf32>) outs(%c : tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32>
  return %0 : tensor<1x6x3x4xf32>
}
// -----
func.func @depthwise_conv_3d_ndhwc_dhwc(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2x6xf32>, %c: tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32> {
  %0 = linalg.depthwise_conv_3d_ndhwc_dhwc {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2x6xf32>) outs(%c : tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32>
  return %0 : tensor<1x2x3x4x6xf32>
}
// -----
func.func @depthwise_conv_3d_ncdhw_cdhw(%a: tensor<1x6x3x4x5xf32>, %b: tensor<6x2x2x2xf32>, %c: tensor<1x6x2x3x4xf32>) -> tensor<1x6x2x3x4xf32> {
  %0 = linalg.depthwise_conv_3d_ncdhw_cdhw {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x6x3x4x5xf32>, tensor<6x2x2x2xf32>) outs(%c : tensor<1x6x2x3x4xf32>) -> tensor<1x6x2x3x4xf32>
  return %0 : tensor<1x6x2x3x4xf32>
}
// -----
func.func @depthwise_conv_3d_ndhwc_dhwcm(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2x6x2xf32>, %c: tensor<1x2x3x4x6x2xf32>) -> tensor<1x2x3x4x6x2xf32> {
  %0 = linalg.depthwise_conv_3d_ndhwc_dhwcm {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2x6x2xf32>) outs(%c : tensor<1x2x3x4x6x2xf32>) -> tensor<1x2x3x4x6x2xf32>
  return %0 : tensor<1x2x3x4x6x2xf32>
}
// -----
func.func @pooling_nwc_sum(%a: tensor<1x5x6xf32>, %b: tensor<2xf32>, %c: tensor<1x4x6xf32>) -> tensor<1x4x6xf32> {
  %0 = linalg.pooling_nwc_sum {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2xf32>) outs(%c : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}
// -----
func.func @pooling_nwc_max(%a: tensor<1x5x6xf32>, %b: tensor<2xf32>, %c: tensor<1x4x6xf32>) -> tensor<1x4x6xf32> {
  %0 = linalg.pooling_nwc_max {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2xf32>) outs(%c : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}
// -----
func.func @pooling_nwc_min(%a: tensor<1x5x6xf32>, %b: tensor<2xf32>, %c: tensor<1x4x6xf32>) -> tensor<1x4x6xf32> {
  %0 = linalg.pooling_nwc_min {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x5x6xf32>, tensor<2xf32>) outs(%c : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}
// -----
func.func @pooling_ncw_sum(%a: tensor<1x6x5xf32>, %b: tensor<2xf32>, %c: tensor<1x6x4xf32>) -> tensor<1x6x4xf32> {
  %0 = linalg.pooling_ncw_sum {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x6x5xf32>, tensor<2xf32>) outs(%c : tensor<1x6x4xf32>) -> tensor<1x6x4xf32>
  return %0 : tensor<1x6x4xf32>
}
// -----
func.func @pooling_ncw_max(%a: tensor<1x6x5xf32>, %b: tensor<2xf32>, %c: tensor<1x6x4xf32>) -> tensor<1x6x4xf32> {
  %0 = linalg.pooling_ncw_max {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x6x5xf32>, tensor<2xf32>) outs(%c : tensor<1x6x4xf32>) -> tensor<1x6x4xf32>
  return %0 : tensor<1x6x4xf32>
}
// -----
func.func @pooling_nhwc_sum(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2xf32>, %c: tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32> {
  %0 = linalg.pooling_nhwc_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2xf32>) outs(%c : tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32>
  return %0 : tensor<1x3x4x6xf32>
}
// -----
func.func @pooling_nhwc_max(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2xf32>, %c: tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32> {
  %0 = linalg.pooling_nhwc_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2xf32>) outs(%c : tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32>
  return %0 : tensor<1x3x4x6xf32>
}
// -----
func.func @pooling_nhwc_min(%a: tensor<1x4x5x6xf32>, %b: tensor<2x2xf32>, %c: tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32> {
  %0 = linalg.pooling_nhwc_min {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x4x5x6xf32>, tensor<2x2xf32>) outs(%c : tensor<1x3x4x6xf32>) -> tensor<1x3x4x6xf32>
  return %0 : tensor<1x3x4x6xf32>
}
// -----
func.func @pooling_nchw_sum(%a: tensor<1x6x4x5xf32>, %b: tensor<2x2xf32>, %c: tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32> {
  %0 = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x6x4x5xf32>, tensor<2x2xf32>) outs(%c : tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32>
  return %0 : tensor<1x6x3x4xf32>
}
// -----
func.func @pooling_nchw_max(%a: tensor<1x6x4x5xf32>, %b: tensor<2x2xf32>, %c: tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32> {
  %0 = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%a, %b : tensor<1x6x4x5xf32>, tensor<2x2xf32>) outs(%c : tensor<1x6x3x4xf32>) -> tensor<1x6x3x4xf32>
  return %0 : tensor<1x6x3x4xf32>
}
// -----
func.func @pooling_ndhwc_sum(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2xf32>, %c: tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32> {
  %0 = linalg.pooling_ndhwc_sum {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2xf32>) outs(%c : tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32>
  return %0 : tensor<1x2x3x4x6xf32>
}
// -----
func.func @pooling_ndhwc_max(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2xf32>, %c: tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32> {
  %0 = linalg.pooling_ndhwc_max {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2xf32>) outs(%c : tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32>
  return %0 : tensor<1x2x3x4x6xf32>
}
// -----
func.func @pooling_ndhwc_min(%a: tensor<1x3x4x5x6xf32>, %b: tensor<2x2x2xf32>, %c: tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32> {
  %0 = linalg.pooling_ndhwc_min {dilations = dense<1> : tensor<3xi64>, strides = dense<1> : tensor<3xi64>} ins(%a, %b : tensor<1x3x4x5x6xf32>, tensor<2x2x2xf32>) outs(%c : tensor<1x2x3x4x6xf32>) -> tensor<1x2x3x4x6xf32>
  return %0 : tensor<1x2x3x4x6xf32>
}
