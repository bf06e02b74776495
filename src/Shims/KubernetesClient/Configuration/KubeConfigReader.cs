using YamlDotNet.RepresentationModel;

namespace k8s.KubeConfigModels;

/// <summary>Reads a kubeconfig's YAML, field by field.</summary>
internal static class KubeConfigReader
{
    public static K8SConfiguration Read(TextReader text)
    {
        var yaml = new YamlStream();
        yaml.Load(text);
        var root = yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode mapping ? mapping : new YamlMappingNode();
        return new K8SConfiguration
        {
            ApiVersion = Text(root, "apiVersion"),
            Kind = Text(root, "kind"),
            CurrentContext = Text(root, "current-context"),
            Contexts = [.. All(root, "contexts").Select(c => new Context { Name = Text(c, "name"), ContextDetails = Details(Map(c, "context")) })],
            Clusters = [.. All(root, "clusters").Select(c => new Cluster { Name = Text(c, "name"), ClusterEndpoint = Endpoint(Map(c, "cluster")) })],
            Users = [.. All(root, "users").Select(u => new User { Name = Text(u, "name"), UserCredentials = Credentials(Map(u, "user")) })],
        };
    }

    private static ContextDetails Details(YamlMappingNode node) =>
        node is null ? null : new ContextDetails { Cluster = Text(node, "cluster"), User = Text(node, "user"), Namespace = Text(node, "namespace") };

    private static ClusterEndpoint Endpoint(YamlMappingNode node) => node is null ? null : new ClusterEndpoint
    {
        Server = Text(node, "server"),
        CertificateAuthority = Text(node, "certificate-authority"),
        CertificateAuthorityData = Text(node, "certificate-authority-data"),
        TlsServerName = Text(node, "tls-server-name"),
        SkipTlsVerify = Text(node, "insecure-skip-tls-verify") == "true",
    };

    private static UserCredentials Credentials(YamlMappingNode node) => node is null ? null : new UserCredentials
    {
        ClientCertificate = Text(node, "client-certificate"),
        ClientCertificateData = Text(node, "client-certificate-data"),
        ClientKey = Text(node, "client-key"),
        ClientKeyData = Text(node, "client-key-data"),
        Token = Text(node, "token"),
        UserName = Text(node, "username"),
        Password = Text(node, "password"),
        ExternalExecution = Map(node, "exec") is not { } exec ? null : new ExternalExecution
        {
            ApiVersion = Text(exec, "apiVersion"),
            Command = Text(exec, "command"),
            Arguments = [.. Texts(exec, "args")],
            EnvironmentVariables = [.. All(exec, "env").Select(e => e.Children.ToDictionary(c => c.Key.ToString(), c => c.Value.ToString()))],
            InstallHint = Text(exec, "installHint"),
            ProvideClusterInfo = Text(exec, "provideClusterInfo") == "true",
        },
    };

    private static string Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

    private static YamlMappingNode Map(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value as YamlMappingNode : null;

    private static IEnumerable<YamlMappingNode> All(YamlMappingNode node, string key) => Items(node, key).OfType<YamlMappingNode>();

    private static IEnumerable<string> Texts(YamlMappingNode node, string key) => Items(node, key).OfType<YamlScalarNode>().Select(s => s.Value);

    private static IEnumerable<YamlNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlSequenceNode items ? items.Children : [];
}
