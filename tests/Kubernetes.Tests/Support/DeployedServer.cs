using System.Diagnostics;
using System.Text.Json.Nodes;
using KubeKit;

namespace KubeTests.Support;

/// <summary>A real API server on which deploy/kubernetes was applied, with the admission of service accounts and a record of all requests.</summary>
public sealed class DeployedServer : KubeServerFixture
{
    public const string Namespace = "orleans-scheduler";
    public const string JobsNamespace = "orleans-jobs";

    /// <summary>What Kubernetes 1.20 lacks of the manifests, which are for 1.29 and later: the budget was policy/v1beta1 until 1.21, with the same fields.</summary>
    private const string NewBudget = "apiVersion: policy/v1\n";
    private const string OldBudget = "apiVersion: policy/v1beta1\n";

    /// <summary>As the gateway's own service account, with a token as a pod of it has.</summary>
    public KubeApi Gateway { get; private set; } = null!;

    /// <summary>That token.</summary>
    public string GatewayToken { get; private set; } = "";

    /// <summary>All objects of the base as they are written.</summary>
    public string Manifests { get; private set; } = "";

    protected override KubeServerOptions Options => new() { AdmitsServiceAccounts = true, Audit = true, Users = [new KubeUser("nobody")] };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (KubeBinaries.WhyMissing is not null)
        {
            return;
        }

        Manifests = await Render("deploy/kubernetes/base");
        await Server.Kubectl(["apply", "--server-side", "--validate=false", "-f", "-"], input: await Render("deploy/kubernetes/crds"));
        await Server.Kubectl(["apply", "--server-side", "--validate=false", "-f", Path.Combine(KubeBinaries.Root, "deploy/kubernetes/base/namespaces.yaml")]);
        await Server.Kubectl(["apply", "--server-side", "--validate=false", "-f", "-"], input: ForThisServer(Manifests));
        GatewayToken = await Server.AccountToken(Namespace, "gateway");
        Gateway = Server.With(GatewayToken);
    }

    public override async ValueTask DisposeAsync()
    {
        Gateway?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>The objects as the server of the tests takes them.</summary>
    public static string ForThisServer(string manifests) => KubeBinaries.Minor < 21 ? manifests.Replace(NewBudget, OldBudget, StringComparison.Ordinal) : manifests;

    /// <summary>The objects of manifests as JSON, as the server would store them.</summary>
    public async Task<IReadOnlyList<JsonObject>> DryRun(string manifests)
    {
        var output = await Server.Kubectl(["apply", "--server-side", "--dry-run=server", "--validate=false", "-o", "json", "-f", "-"], input: manifests);
        var parsed = JsonNode.Parse(output)!.AsObject();
        return (string)parsed["kind"]! == "List" ? [.. parsed["items"]!.AsArray().Select(i => i!.AsObject())] : [parsed];
    }

    /// <summary>kubectl kustomize of a folder of the repository.</summary>
    public static async Task<string> Render(string folder)
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(KubeBinaries.Root, folder)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl kustomize {folder}: {await complaints}");
    }
}
