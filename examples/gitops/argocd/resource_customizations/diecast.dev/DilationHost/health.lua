-- Health of a DilationHost: Degraded where no driver works, or where it cannot give its VMs what is due.
if obj.status == nil or obj.status.conditions == nil then
  return { status = "Progressing", message = "its daemon has not reported yet" }
end
local hs = { status = "Progressing", message = "facts are not complete yet" }
for _, condition in ipairs(obj.status.conditions) do
  local text = (condition.reason or "") .. ": " .. (condition.message or "")
  if condition.type == "Overloaded" and condition.status == "True" then
    return { status = "Degraded", message = text }
  end
  if condition.type == "Ready" then
    if condition.status == "True" then
      hs = { status = "Healthy", message = condition.message or "" }
    elseif condition.status == "False" then
      hs = { status = "Degraded", message = text }
    end
  end
end
if obj.spec ~= nil and obj.spec.unschedulable == true and hs.status == "Healthy" then
  return { status = "Suspended", message = "no new nodes are placed here" }
end
return hs
