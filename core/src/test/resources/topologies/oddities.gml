# A comment before everything. [ ] " are nothing here
Creator "made up"
Version 1
graph
[
  comment "text over
two lines"
  label "Oddities"
  multigraph 1
  directed 0
  node [ id 0 label "Z&#252;rich" Latitude 47.37 Longitude 8.55 graphics [ x 1.5E2 y -3.0e-1 center [ x .5 y 2. ] ] ]
  node [ id 1 label "None" Latitude 46.2 Longitude 6.15 ]
  node [ id 2 label "None" ]
  node [ id 3 ]
  node [ id "four" label "" Latitude NAN Longitude INF ]
  node [ id 1 label "again" ]
  node [ id -7 label "negative" Latitude "52.5" Longitude "13.4" ]
  node [ id 99 label "alone" Latitude 91.0 Longitude 0 ]
  edge [ source 0 target 1 id "e1" LinkSpeed "2.5" LinkSpeedUnits "G" LinkLabel "2.5 Gbps" LinkSpeedRaw 2500000000.0 ]
  edge [ source 0 target 1 id "e1" key 1 LinkSpeed "155" LinkSpeedUnits "M" ]
  edge [ source 1 target 2 LinkSpeedRaw 6.4E4 ] edge [ source 2 target 3 LinkSpeed "&lt;10" LinkSpeedUnits "G" ]
  edge [ source 3 target 3 ]
  edge [ source 3 target "four" bandwidth "10 Mbit/s" delayMicros 2500 loss "1%" queue "64kB" ]
  edge [ source 0 target -7 LinkSpeedRaw 0 ]
]
