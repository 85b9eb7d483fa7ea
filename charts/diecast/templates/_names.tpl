{{- define "diecast.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "diecast.daemonNamespace" -}}
{{- .Values.daemon.namespace.name | default (.Release.Namespace | default "diecast-system" | printf "%s-node") -}}
{{- end }}

{{/* Labels of every object; the argument is a list of the root and the component. */}}
{{- define "diecast.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: diecast
{{ include "diecast.selector" . }}
{{- end }}

{{- define "diecast.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: diecast
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The argument is a list of the root and the part's values. */}}
{{- define "diecast.image" -}}
{{- $root := index . 0 -}}
{{- $image := (index . 1).image -}}
{{- $registry := required "image.registry: name the registry that holds the images, e.g. --set image.registry=registry.example.com/diecast (docs/install.md tells how to build and push them)" $root.Values.image.registry -}}
{{- $name := printf "%s/%s" (trimSuffix "/" $registry) $image.repository -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "diecast.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* The kubelet asks from the host's network, so loopback is the host's. The argument is a list of the check and whether it listens on loopback. */}}
{{- define "diecast.daemonProbe" -}}
{path: /q/health/{{ index . 0 }}, port: metrics{{ if index . 1 }}, host: 127.0.0.1{{ end }}}
{{- end }}

{{- define "diecast.dnsPorts" -}}
- port: 53
  protocol: UDP
- port: 53
  protocol: TCP
{{- end }}

{{/* The API server has no pods that a selector could name. */}}
{{- define "diecast.apiServerEgress" -}}
- ports:
  {{- range .Values.networkPolicy.apiServerPorts }}
  - port: {{ . }}
    protocol: TCP
  {{- end }}
- ports: {{- include "diecast.dnsPorts" . | nindent 2 }}
{{- end }}
