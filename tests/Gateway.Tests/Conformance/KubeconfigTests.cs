using System.Security.Cryptography.X509Certificates;
using Gateway.Tests.Support;
using k8s;
using k8s.Exceptions;

namespace Gateway.Tests.Conformance;

/// <summary>What we rely on when a kubeconfig says where a cluster is and who asks, be it the package or the shim.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_token_and_an_authority_beside_the_file_are_enough()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, StubCall.Pod("a", "1")));
        File.WriteAllText(Path.Combine(_folder, "ca.crt"), server.Certificate.ExportCertificatePem());
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(server.Address, "certificate-authority: ca.crt", "token: secret"));

        using var client = new k8s.Kubernetes(config);
        await client.CoreV1.ReadNamespacedPodAsync("a", "ml");

        Assert.Equal(("one", "ml"), (config.CurrentContext, config.Namespace));
        Assert.Equal("Bearer secret", Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task A_server_of_an_authority_that_is_not_named_is_not_believed()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, StubCall.Pod("a", "1")));
        await using var other = await StubApiServer.Start();
        var authority = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(other.Certificate.ExportCertificatePem()));

        using var wary = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(server.Address, $"certificate-authority-data: {authority}", "token: secret")));
        using var trusting = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(server.Address, "insecure-skip-tls-verify: true", "token: secret")));

        await Assert.ThrowsAsync<HttpRequestException>(() => wary.CoreV1.ReadNamespacedPodAsync("a", "ml"));
        await trusting.CoreV1.ReadNamespacedPodAsync("a", "ml");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_command_says_who_asks_and_is_asked_again_before_its_answer_ends()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, StubCall.Pod("a", "1")));
        var command = Path.Combine(_folder, "token.sh");
        File.WriteAllText(command, $$"""
            #!/bin/sh
            echo run >> {{_folder}}/runs
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$PREFIX-$1"'","expirationTimestamp":"'"$2"'"} }'
            """.ReplaceLineEndings("\n"));

        var lasting = await Ask("2099-01-01T00:00:00Z");
        var brief = await Ask("2020-01-01T00:00:00Z");

        Assert.True(lasting < brief, $"{lasting} runs for two calls with a lasting token, {brief} with one that had ended");
        Assert.All(server.Requests, r => Assert.Equal("Bearer from-exec", r.Authorization));

        async Task<int> Ask(string until)
        {
            File.Delete(Path.Combine(_folder, "runs"));
            var exec = $"exec: {{ apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [{command}, exec, \"{until}\"], env: [{{ name: PREFIX, value: from }}] }}";
            using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(server.Address, "insecure-skip-tls-verify: true", exec)));
            await client.CoreV1.ReadNamespacedPodAsync("a", "ml");
            await client.CoreV1.ReadNamespacedPodAsync("a", "ml");
            return File.ReadAllLines(Path.Combine(_folder, "runs")).Length;
        }
    }

    [Fact]
    public void A_file_that_says_too_little_is_refused()
    {
        Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(_folder, "none")));
        Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(new Uri("https://127.0.0.1"), "", "token: secret"), currentContext: "another"));
        Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(Write(new Uri("https://127.0.0.1"), "", "{}")));
    }

    private string Write(Uri server, string cluster, string user)
    {
        var file = Path.Combine(_folder, "config");
        File.WriteAllText(file, $$"""
            apiVersion: v1
            kind: Config
            current-context: one
            contexts:
            - name: one
              context: { cluster: c, user: u, namespace: ml }
            clusters:
            - name: c
              cluster:
                server: {{server}}
                {{cluster}}
            users:
            - name: u
              user:
                {{user}}
            """);
        return file;
    }
}
