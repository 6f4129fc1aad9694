"""The texts in Kyrgyz and Russian (`ky`, `ru`), and the module that keeps them in step with the code."""
