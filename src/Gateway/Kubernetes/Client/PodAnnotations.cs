using System.Text;
using System.Text.Json;

namespace Gateway.Kubernetes.Client;

/// <summary>Annotations to set, or with null to take away, as a merge patch that holds only for the very pod and version that were read.</summary>
internal sealed class PodAnnotations : Dictionary<string, string?>
{
    public string Patch(PodRef pod)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            writer.WriteString("uid", pod.Uid);
            writer.WriteString("resourceVersion", pod.Version);
            writer.WriteStartObject("annotations");
            foreach (var (key, value) in this)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
