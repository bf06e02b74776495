using System.Text.Json.Serialization;

namespace k8s.KubeConfigModels;

/// <summary>A kubeconfig file.</summary>
public class K8SConfiguration
{
    public string ApiVersion { get; set; }

    public string Kind { get; set; }

    public string CurrentContext { get; set; }

    public IEnumerable<Context> Contexts { get; set; } = [];

    public IEnumerable<Cluster> Clusters { get; set; } = [];

    public IEnumerable<User> Users { get; set; } = [];

    /// <summary>Where it was read; paths in it are relative to its folder.</summary>
    public string FileName { get; set; }
}

public class Context
{
    public string Name { get; set; }

    public ContextDetails ContextDetails { get; set; }
}

public class ContextDetails
{
    public string Cluster { get; set; }

    public string User { get; set; }

    public string Namespace { get; set; }
}

public class Cluster
{
    public string Name { get; set; }

    public ClusterEndpoint ClusterEndpoint { get; set; }
}

public class ClusterEndpoint
{
    public string CertificateAuthority { get; set; }

    public string CertificateAuthorityData { get; set; }

    public string Server { get; set; }

    public string TlsServerName { get; set; }

    public bool SkipTlsVerify { get; set; }
}

public class User
{
    public string Name { get; set; }

    public UserCredentials UserCredentials { get; set; }
}

public class UserCredentials
{
    public string ClientCertificateData { get; set; }

    public string ClientCertificate { get; set; }

    public string ClientKeyData { get; set; }

    public string ClientKey { get; set; }

    public string Token { get; set; }

    public string UserName { get; set; }

    public string Password { get; set; }

    public ExternalExecution ExternalExecution { get; set; }
}

/// <summary>A command that prints who asks.</summary>
public class ExternalExecution
{
    public string ApiVersion { get; set; }

    public string Command { get; set; }

    public IList<Dictionary<string, string>> EnvironmentVariables { get; set; }

    public IList<string> Arguments { get; set; }

    public string InstallHint { get; set; }

    public bool ProvideClusterInfo { get; set; }
}

/// <summary>What it printed.</summary>
public class ExecCredentialResponse
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("status")]
    public ExecStatus Status { get; set; }

    public class ExecStatus
    {
        public DateTime? ExpirationTimestamp { get; set; }

        public string Token { get; set; }

        public string ClientCertificateData { get; set; }

        public string ClientKeyData { get; set; }

        public bool IsValid() => !string.IsNullOrEmpty(Token) || (!string.IsNullOrEmpty(ClientCertificateData) && !string.IsNullOrEmpty(ClientKeyData));
    }
}
