using System.Text.Json.Serialization;

namespace k8s.Models;

// Containers, what they ask for and how they are.

public partial record V1Container
{
    [JsonPropertyName("args")] public IList<string> Args { get; set; }
    [JsonPropertyName("command")] public IList<string> Command { get; set; }
    [JsonPropertyName("env")] public IList<V1EnvVar> Env { get; set; }
    [JsonPropertyName("envFrom")] public IList<V1EnvFromSource> EnvFrom { get; set; }
    [JsonPropertyName("image")] public string Image { get; set; }
    [JsonPropertyName("imagePullPolicy")] public string ImagePullPolicy { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("ports")] public IList<V1ContainerPort> Ports { get; set; }
    [JsonPropertyName("resources")] public V1ResourceRequirements Resources { get; set; }
    [JsonPropertyName("restartPolicy")] public string RestartPolicy { get; set; }
    [JsonPropertyName("securityContext")] public V1SecurityContext SecurityContext { get; set; }
    [JsonPropertyName("stdin")] public bool? Stdin { get; set; }
    [JsonPropertyName("stdinOnce")] public bool? StdinOnce { get; set; }
    [JsonPropertyName("terminationMessagePath")] public string TerminationMessagePath { get; set; }
    [JsonPropertyName("terminationMessagePolicy")] public string TerminationMessagePolicy { get; set; }
    [JsonPropertyName("tty")] public bool? Tty { get; set; }
    [JsonPropertyName("volumeDevices")] public IList<V1VolumeDevice> VolumeDevices { get; set; }
    [JsonPropertyName("volumeMounts")] public IList<V1VolumeMount> VolumeMounts { get; set; }
    [JsonPropertyName("workingDir")] public string WorkingDir { get; set; }
}

public partial record V1ContainerPort
{
    [JsonPropertyName("containerPort")] public int ContainerPort { get; set; }
    [JsonPropertyName("hostIP")] public string HostIP { get; set; }
    [JsonPropertyName("hostPort")] public int? HostPort { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("protocol")] public string Protocol { get; set; }
}

public partial record V1ResourceRequirements
{
    [JsonPropertyName("claims")] public IList<Corev1ResourceClaim> Claims { get; set; }
    [JsonPropertyName("limits")] public IDictionary<string, ResourceQuantity> Limits { get; set; }
    [JsonPropertyName("requests")] public IDictionary<string, ResourceQuantity> Requests { get; set; }
}

public partial record Corev1ResourceClaim
{
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("request")] public string Request { get; set; }
}

public partial record V1EnvVar
{
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("value")] public string Value { get; set; }
    [JsonPropertyName("valueFrom")] public V1EnvVarSource ValueFrom { get; set; }
}

public partial record V1EnvVarSource
{
    [JsonPropertyName("configMapKeyRef")] public V1ConfigMapKeySelector ConfigMapKeyRef { get; set; }
    [JsonPropertyName("fieldRef")] public V1ObjectFieldSelector FieldRef { get; set; }
    [JsonPropertyName("resourceFieldRef")] public V1ResourceFieldSelector ResourceFieldRef { get; set; }
    [JsonPropertyName("secretKeyRef")] public V1SecretKeySelector SecretKeyRef { get; set; }
}

public partial record V1ObjectFieldSelector
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("fieldPath")] public string FieldPath { get; set; }
}

public partial record V1ResourceFieldSelector
{
    [JsonPropertyName("containerName")] public string ContainerName { get; set; }
    [JsonPropertyName("divisor")] public ResourceQuantity Divisor { get; set; }
    [JsonPropertyName("resource")] public string Resource { get; set; }
}

public partial record V1ConfigMapKeySelector
{
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("optional")] public bool? Optional { get; set; }
}

public partial record V1SecretKeySelector
{
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("optional")] public bool? Optional { get; set; }
}

public partial record V1EnvFromSource
{
    [JsonPropertyName("configMapRef")] public V1ConfigMapEnvSource ConfigMapRef { get; set; }
    [JsonPropertyName("prefix")] public string Prefix { get; set; }
    [JsonPropertyName("secretRef")] public V1SecretEnvSource SecretRef { get; set; }
}

public partial record V1ConfigMapEnvSource
{
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("optional")] public bool? Optional { get; set; }
}

public partial record V1SecretEnvSource
{
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("optional")] public bool? Optional { get; set; }
}

public partial record V1ContainerStatus
{
    [JsonPropertyName("allocatedResources")] public IDictionary<string, ResourceQuantity> AllocatedResources { get; set; }
    [JsonPropertyName("containerID")] public string ContainerID { get; set; }
    [JsonPropertyName("image")] public string Image { get; set; }
    [JsonPropertyName("imageID")] public string ImageID { get; set; }
    [JsonPropertyName("lastState")] public V1ContainerState LastState { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("ready")] public bool Ready { get; set; }
    [JsonPropertyName("resources")] public V1ResourceRequirements Resources { get; set; }
    [JsonPropertyName("restartCount")] public int RestartCount { get; set; }
    [JsonPropertyName("started")] public bool? Started { get; set; }
    [JsonPropertyName("state")] public V1ContainerState State { get; set; }
    [JsonPropertyName("stopSignal")] public string StopSignal { get; set; }
}

public partial record V1ContainerState
{
    [JsonPropertyName("running")] public V1ContainerStateRunning Running { get; set; }
    [JsonPropertyName("terminated")] public V1ContainerStateTerminated Terminated { get; set; }
    [JsonPropertyName("waiting")] public V1ContainerStateWaiting Waiting { get; set; }
}

public partial record V1ContainerStateRunning
{
    [JsonPropertyName("startedAt")] public DateTime? StartedAt { get; set; }
}

public partial record V1ContainerStateTerminated
{
    [JsonPropertyName("containerID")] public string ContainerID { get; set; }
    [JsonPropertyName("exitCode")] public int ExitCode { get; set; }
    [JsonPropertyName("finishedAt")] public DateTime? FinishedAt { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("signal")] public int? Signal { get; set; }
    [JsonPropertyName("startedAt")] public DateTime? StartedAt { get; set; }
}

public partial record V1ContainerStateWaiting
{
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
}

public partial record V1SecurityContext
{
    [JsonPropertyName("allowPrivilegeEscalation")] public bool? AllowPrivilegeEscalation { get; set; }
    [JsonPropertyName("capabilities")] public V1Capabilities Capabilities { get; set; }
    [JsonPropertyName("privileged")] public bool? Privileged { get; set; }
    [JsonPropertyName("procMount")] public string ProcMount { get; set; }
    [JsonPropertyName("readOnlyRootFilesystem")] public bool? ReadOnlyRootFilesystem { get; set; }
    [JsonPropertyName("runAsGroup")] public long? RunAsGroup { get; set; }
    [JsonPropertyName("runAsNonRoot")] public bool? RunAsNonRoot { get; set; }
    [JsonPropertyName("runAsUser")] public long? RunAsUser { get; set; }
    [JsonPropertyName("seccompProfile")] public V1SeccompProfile SeccompProfile { get; set; }
}

public partial record V1PodSecurityContext
{
    [JsonPropertyName("fsGroup")] public long? FsGroup { get; set; }
    [JsonPropertyName("fsGroupChangePolicy")] public string FsGroupChangePolicy { get; set; }
    [JsonPropertyName("runAsGroup")] public long? RunAsGroup { get; set; }
    [JsonPropertyName("runAsNonRoot")] public bool? RunAsNonRoot { get; set; }
    [JsonPropertyName("runAsUser")] public long? RunAsUser { get; set; }
    [JsonPropertyName("seLinuxChangePolicy")] public string SeLinuxChangePolicy { get; set; }
    [JsonPropertyName("seccompProfile")] public V1SeccompProfile SeccompProfile { get; set; }
    [JsonPropertyName("supplementalGroups")] public IList<long?> SupplementalGroups { get; set; }
    [JsonPropertyName("supplementalGroupsPolicy")] public string SupplementalGroupsPolicy { get; set; }
}

public partial record V1Capabilities
{
    [JsonPropertyName("add")] public IList<string> Add { get; set; }
    [JsonPropertyName("drop")] public IList<string> Drop { get; set; }
}

public partial record V1SeccompProfile
{
    [JsonPropertyName("localhostProfile")] public string LocalhostProfile { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}
