using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>A worker's volumes. Nothing of the node is ever among them.</summary>
internal static class PodVolumes
{
    /// <summary>Where a worker that can save its work finds the file checkpoint-by: empty, or until when it should have.</summary>
    public const string SignalsPath = "/run/orleans-scheduler";

    private const string Signals = "signals";

    public static (List<V1Volume> Volumes, List<V1VolumeMount> Mounts) Of(ContainerSpec container, bool isAskedToSave)
    {
        List<V1Volume> volumes = [];
        List<V1VolumeMount> mounts = [];
        var names = new Dictionary<(VolumeKind, string), string>();
        foreach (var volume in container.Volumes)
        {
            // A claim, secret or config map that is mounted at several paths is one volume; what is empty is another each time.
            var key = (volume.Kind, volume.Source.Length > 0 ? volume.Source : volume.MountPath);
            if (!names.TryGetValue(key, out var name))
            {
                names[key] = name = string.Create(CultureInfo.InvariantCulture, $"v{volumes.Count}");
                var body = ToVolume(volume);
                body.Name = name;
                volumes.Add(body);
            }

            mounts.Add(new V1VolumeMount { Name = name, MountPath = volume.MountPath, SubPath = volume.SubPath, ReadOnlyProperty = volume.ReadOnly ? true : null });
        }

        if (isAskedToSave)
        {
            volumes.Add(new V1Volume
            {
                Name = Signals,
                DownwardAPI = new V1DownwardAPIVolumeSource
                {
                    Items = [new V1DownwardAPIVolumeFile { Path = "checkpoint-by", FieldRef = new V1ObjectFieldSelector { FieldPath = $"metadata.annotations['{PodMarks.CheckpointBy}']" } }],
                },
            });
            mounts.Add(new V1VolumeMount { Name = Signals, MountPath = SignalsPath, ReadOnlyProperty = true });
        }

        return (volumes, mounts);
    }

    private static V1Volume ToVolume(ContainerVolume volume) => volume.Kind switch
    {
        VolumeKind.Claim => new V1Volume { PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = volume.Source } },
        VolumeKind.ConfigMap => new V1Volume { ConfigMap = new V1ConfigMapVolumeSource { Name = volume.Source } },
        VolumeKind.Secret => new V1Volume { Secret = new V1SecretVolumeSource { SecretName = volume.Source } },
        VolumeKind.Memory => new V1Volume { EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory", SizeLimit = Size(volume) } },
        _ => new V1Volume { EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = Size(volume) } },
    };

    private static ResourceQuantity? Size(ContainerVolume volume) =>
        volume.SizeMiB == 0 ? null : new ResourceQuantity(string.Create(CultureInfo.InvariantCulture, $"{volume.SizeMiB}Mi"));
}
