using k8s.Authentication;
using k8s.Exceptions;

namespace k8s;

/// <content>Within a pod.</content>
public partial class KubernetesClientConfiguration
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsInCluster() =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"))
        && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"))
        && File.Exists($"{ServiceAccount}/token")
        && File.Exists($"{ServiceAccount}/ca.crt");

    public static KubernetesClientConfiguration InClusterConfig()
    {
        if (!IsInCluster())
        {
            throw new KubeConfigException("Unable to load in-cluster configuration: there is no service account's token, or no KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT");
        }

        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = int.Parse(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"), System.Globalization.CultureInfo.InvariantCulture);
        return new KubernetesClientConfiguration
        {
            Host = new UriBuilder("https", host, port).ToString(),
            TokenProvider = new TokenFileAuth($"{ServiceAccount}/token"),
            SslCaCerts = Authorities(File.ReadAllText($"{ServiceAccount}/ca.crt")),
            Namespace = File.Exists($"{ServiceAccount}/namespace") ? File.ReadAllText($"{ServiceAccount}/namespace").Trim() : null,
        };
    }
}
