using k8s;
using k8s.Authentication;

namespace Gateway.Kubernetes.Client;

/// <summary>Makes clients of clusters' APIs.</summary>
internal static class KubeClients
{
    /// <exception cref="k8s.Exceptions.KubeConfigException">The configuration cannot be used.</exception>
    public static IKubernetes Create(KubeApiOptions options, params DelegatingHandler[] handlers)
    {
        var config = options.KubeConfig.Length > 0 || options.Context.Length > 0
            ? KubernetesClientConfiguration.BuildConfigFromConfigFile(Given(options.KubeConfig), Given(options.Context))
            : KubernetesClientConfiguration.IsInCluster() ? KubernetesClientConfiguration.InClusterConfig() : KubernetesClientConfiguration.BuildDefaultConfig();
        return Create(config, options, handlers);
    }

    public static IKubernetes Create(KubernetesClientConfiguration config, KubeApiOptions options, params DelegatingHandler[] handlers)
    {
        if (options.TokenFile.Length > 0)
        {
            config.TokenProvider = new TokenFileAuth(options.TokenFile);
        }

        config.HttpClientTimeout = options.CallTimeout;
        config.DisableHttp2 = !options.Http2;
        config.UserAgent = "orleans-scheduler";
        config.FirstMessageHandlerSetup = handler =>
        {
            // A connection whose other end is gone is noticed by pings, not by the next call's deadline.
            handler.ConnectTimeout = options.CallTimeout;
            handler.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
            handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        };
        return new k8s.Kubernetes(config, handlers);
    }

    private static string? Given(string text) => text.Length > 0 ? text : null;
}
