--[[
An export target for darktable: "facedeblur" under "target storage". What is exported goes through
facedeblur, and the results go to the folder "sharp" beside each photo. They replace those of an earlier
export, so that a photo can be exported again after an edit.

Put this file into ~/.config/darktable/lua/ and the line   require "facedeblur"   into
~/.config/darktable/luarc. The program is taken from the PATH, or from the preference "facedeblur program"
(preferences, Lua options).
]]
local dt = require "darktable"

-- darktable-cli reads luarc too, has no export targets, and would wait for a window here for ever.
if not dt.configuration.has_gui then return end

dt.preferences.register("facedeblur", "program", "string", "facedeblur program",
  "name or path of the program", "facedeblur")

local function quoted(word)  -- for a shell
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- One run of the program for the photos of one folder: loading the network takes a second.
local function restore(exported, folder)
  local program = dt.preferences.read("facedeblur", "program", "string")
  local words = { quoted(program), "--quiet", "--overwrite", "--" }
  for _, file in ipairs(exported) do words[#words + 1] = quoted(file) end
  words[#words + 1] = quoted(folder .. "/sharp/")
  return dt.control.execute(table.concat(words, " ")) == 0
end

-- Called for each photo; all is done at the end.
local function store(_, _, _, _, number, total)
  dt.print("exporting " .. number .. " of " .. total)
end

-- `images` gives for each photo of darktable the temporary file it was exported to.
local function finalize(_, images)
  local in_folder, failed = {}, 0
  for image, file in pairs(images) do
    in_folder[image.path] = in_folder[image.path] or {}
    table.insert(in_folder[image.path], file)
  end
  for folder, files in pairs(in_folder) do
    dt.print("making faces sharp: " .. folder)
    if not restore(files, folder) then failed = failed + 1 end
    for _, file in ipairs(files) do os.remove(file) end
  end
  dt.print(failed == 0 and "the faces are sharp: see the folders \"sharp\""
    or "facedeblur failed in part; the terminal that darktable was started from tells why")
end

-- The formats that facedeblur reads.
local function supported(_, format)
  local extension = format.extension:lower()
  for _, known in ipairs { "jpg", "png", "tif", "webp", "avif", "ppm", "jxl" } do
    if extension == known then return true end
  end
  return false
end

dt.register_storage("facedeblur", "facedeblur: sharp faces", store, finalize, supported)
