using System.Text;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace k8s;

/// <content>From kubeconfig files.</content>
public partial class KubernetesClientConfiguration
{
    public static readonly string KubeConfigDefaultLocation =
        OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetEnvironmentVariable("USERPROFILE") ?? @"\", @".kube\config")
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".kube/config");

    public string CurrentContext { get; private set; }

    /// <summary>The files of KUBECONFIG, or the one in the home folder, or the pod's own account, or an address that needs none.</summary>
    public static KubernetesClientConfiguration BuildDefaultConfig()
    {
        if (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } paths)
        {
            return BuildConfigFromConfigObject(Merge([.. paths.Split(Path.PathSeparator).Select(p => LoadKubeConfig(new FileInfo(p.Trim('"'))))]));
        }

        return File.Exists(KubeConfigDefaultLocation) ? BuildConfigFromConfigFile()
            : IsInCluster() ? InClusterConfig()
            : new KubernetesClientConfiguration { Host = "http://localhost:8080" };
    }

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string kubeconfigPath = null, string currentContext = null, string masterUrl = null, bool useRelativePaths = true) =>
        BuildConfigFromConfigFile(new FileInfo(kubeconfigPath ?? KubeConfigDefaultLocation), currentContext, masterUrl, useRelativePaths);

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(FileInfo kubeconfig, string currentContext = null, string masterUrl = null, bool useRelativePaths = true) =>
        BuildConfigFromConfigObject(LoadKubeConfig(kubeconfig, useRelativePaths), currentContext, masterUrl);

    public static KubernetesClientConfiguration BuildConfigFromConfigFile(Stream kubeconfig, string currentContext = null, string masterUrl = null) =>
        BuildConfigFromConfigObject(LoadKubeConfig(kubeconfig), currentContext, masterUrl);

    public static KubernetesClientConfiguration BuildConfigFromConfigObject(K8SConfiguration k8SConfig, string currentContext = null, string masterUrl = null)
    {
        ArgumentNullException.ThrowIfNull(k8SConfig);
        var config = new KubernetesClientConfiguration();
        if ((currentContext ?? k8SConfig.CurrentContext) is { } context)
        {
            config.Take(k8SConfig, context);
        }

        config.Host = string.IsNullOrWhiteSpace(masterUrl) ? config.Host : masterUrl;
        return string.IsNullOrWhiteSpace(config.Host) ? throw new KubeConfigException("Cannot infer server host url either from context or masterUrl") : config;
    }

    public static K8SConfiguration LoadKubeConfig(string kubeconfigPath = null, bool useRelativePaths = true) =>
        LoadKubeConfig(new FileInfo(kubeconfigPath ?? KubeConfigDefaultLocation), useRelativePaths);

    public static K8SConfiguration LoadKubeConfig(FileInfo kubeconfig, bool useRelativePaths = true)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        if (!kubeconfig.Exists)
        {
            throw new KubeConfigException($"kubeconfig file not found at {kubeconfig.FullName}");
        }

        using var stream = kubeconfig.OpenRead();
        var config = LoadKubeConfig(stream);
        config.FileName = useRelativePaths ? kubeconfig.FullName : null;
        return config;
    }

    public static K8SConfiguration LoadKubeConfig(Stream kubeconfigStream)
    {
        using var reader = new StreamReader(kubeconfigStream, leaveOpen: true);
        return KubeConfigReader.Read(reader);
    }

    /// <summary>The first file that says something of a name is right.</summary>
    private static K8SConfiguration Merge(IReadOnlyList<K8SConfiguration> files) => new()
    {
        FileName = files[0].FileName,
        CurrentContext = files.Select(f => f.CurrentContext).FirstOrDefault(c => c is not null),
        Contexts = [.. files.SelectMany(f => f.Contexts).DistinctBy(c => c.Name)],
        Clusters = [.. files.SelectMany(f => f.Clusters).DistinctBy(c => c.Name)],
        Users = [.. files.SelectMany(f => f.Users).DistinctBy(u => u.Name)],
    };

    private void Take(K8SConfiguration file, string name)
    {
        var context = file.Contexts.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new KubeConfigException($"CurrentContext: {name} not found in contexts in kubeconfig");
        var cluster = file.Clusters.FirstOrDefault(c => string.Equals(c.Name, context.ContextDetails?.Cluster, StringComparison.OrdinalIgnoreCase))?.ClusterEndpoint
            ?? throw new KubeConfigException($"Cluster not found for context `{name}` in kubeconfig");
        CurrentContext = context.Name;
        Namespace = context.ContextDetails.Namespace;
        Host = cluster.Server ?? throw new KubeConfigException($"Server not found for current-context `{name}` in kubeconfig");
        SkipTlsVerify = cluster.SkipTlsVerify;
        TlsServerName = cluster.TlsServerName;
        SslCaCerts = cluster.CertificateAuthorityData is { } inline ? Authorities(Encoding.UTF8.GetString(Convert.FromBase64String(inline)))
            : cluster.CertificateAuthority is { } path ? Authorities(File.ReadAllText(FullPath(file, path)))
            : null;
        if (context.ContextDetails.User is { } user)
        {
            Take(file, file.Users.FirstOrDefault(u => string.Equals(u.Name, user, StringComparison.OrdinalIgnoreCase))
                ?? throw new KubeConfigException($"User not found for context {name} in kubeconfig"));
        }
    }

    private void Take(K8SConfiguration file, User user)
    {
        var who = user.UserCredentials ?? throw new KubeConfigException($"User: {user.Name} does not have appropriate auth credentials in kubeconfig");
        (AccessToken, Username, Password) = (who.Token, who.UserName, who.Password);
        (ClientCertificateData, ClientCertificateKeyData) = (who.ClientCertificateData, who.ClientKeyData);
        ClientCertificateFilePath = who.ClientCertificateData is null ? FullPath(file, who.ClientCertificate) : null;
        ClientKeyFilePath = who.ClientKeyData is null ? FullPath(file, who.ClientKey) : null;
        if (who.ExternalExecution is { } exec)
        {
            Take(exec);
        }
        else if (AccessToken is null && Username is null && (ClientCertificateData ?? ClientCertificateFilePath) is null)
        {
            throw new KubeConfigException($"User: {user.Name} does not have appropriate auth credentials in kubeconfig");
        }
    }

    private void Take(ExternalExecution exec)
    {
        var response = ExecuteExternalCommand(exec);
        AccessToken = response.Status.Token;
        ClientCertificateData = Base64(response.Status.ClientCertificateData);
        ClientCertificateKeyData = Base64(response.Status.ClientKeyData);
        if (AccessToken is not null)
        {
            var provider = new ExecTokenProvider(exec);
            provider.Take(response);
            TokenProvider = provider;
        }
    }

    private static string Base64(string pem) => pem is null ? null : Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));

    private static string FullPath(K8SConfiguration file, string path) =>
        path is null || file.FileName is null || Path.IsPathRooted(path) ? path : Path.Combine(Path.GetDirectoryName(file.FileName), path);
}
