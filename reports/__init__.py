"""Documents: gather() reads, to_pdf() and to_xlsx() show. One gather feeds page, PDF and workbook."""
