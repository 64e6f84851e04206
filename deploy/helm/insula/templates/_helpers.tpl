{{- define "insula.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "insula.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "insula.labels" -}}
{{ include "insula.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "insula.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{- /* A setting's environment variable: INSULA_HTTP_PORT for http.port. */ -}}
{{- define "insula.variable" -}}
INSULA_{{ . | upper | replace "." "_" | replace "-" "_" }}
{{- end -}}

{{- /* Settings as an environment; later maps of the list win. */ -}}
{{- define "insula.settings" -}}
{{- $all := dict -}}
{{- range . }}{{- range $key, $value := . }}{{- $_ := set $all $key $value -}}{{- end }}{{- end -}}
{{- range $key := keys $all | sortAlpha }}
- name: {{ include "insula.variable" $key }}
  value: {{ get $all $key | toString | quote }}
{{- end }}
{{- end -}}

{{- /* What every node is told of its cluster. */ -}}
{{- define "insula.clusterSettings" -}}
cluster.name: {{ .Values.cluster.name | quote }}
cluster.service-dns: {{ printf "%s-cluster.%s.svc.%s" (include "insula.fullname" .) .Release.Namespace .Values.cluster.domain | quote }}
cluster.port: {{ .Values.cluster.memberPort | quote }}
cluster.bus-port: {{ .Values.cluster.busPort | quote }}
cluster.tls.certificate: /etc/insula/bus/tls.crt
cluster.tls.key: /etc/insula/bus/tls.key
cluster.tls.ca: /etc/insula/bus/ca.crt
shutdown.drain-timeout: {{ printf "%ds" (int .Values.drainSeconds) | quote }}
{{- end -}}

{{- define "insula.databaseUrl" -}}
{{- $host := required "database.host: it is missing (expected: where PostgreSQL is)" .Values.database.host -}}
{{- printf "postgresql://%s:%d/%s?sslmode=%s" $host (int .Values.database.port) .Values.database.name .Values.database.sslmode -}}
{{- end -}}

{{- /* The address that the cluster is bound to: the pod's own. */ -}}
{{- define "insula.podAddress" -}}
- name: INSULA_CLUSTER_INTERFACE
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- end -}}

{{- define "insula.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "insula.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "insula.probes" -}}
startupProbe:
  httpGet: {path: /readyz, port: management}
  periodSeconds: 5
  failureThreshold: {{ div (add (int .) 4) 5 }}
readinessProbe:
  httpGet: {path: /readyz, port: management}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet: {path: /healthz, port: management}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{- /* Drain, the last usage rows (usage.close-limit: 5s), leaving the cluster, and some room. */ -}}
{{- define "insula.gracePeriod" -}}
{{- add (int .Values.preStopSeconds) (int .Values.drainSeconds) 30 -}}
{{- end -}}

{{- define "insula.busVolume" -}}
- name: bus
  secret: {secretName: {{ .Values.secrets.bus.name }}, defaultMode: 0440}
{{- end -}}

{{- define "insula.pepperVolume" -}}
- name: pepper
  secret:
    secretName: {{ .Values.secrets.pepper.name }}
    defaultMode: 0440
    items: [{key: {{ .Values.secrets.pepper.key }}, path: pepper}]
{{- end -}}

{{- define "insula.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "insula.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
{{- end -}}
