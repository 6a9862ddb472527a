"""api (接口): the same deeds for programs, under /api/v1/."""
