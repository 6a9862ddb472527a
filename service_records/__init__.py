"""service_records (服务记录): what was really done, and is it true."""
