"""matching (匹配与派单): from 'somebody is needed' to 'somebody will come'."""
