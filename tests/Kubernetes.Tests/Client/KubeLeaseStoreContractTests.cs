using Gateway.Kubernetes.Client;
using Gateway.Leadership;
using KubeKit;
using KubeTests.Contract;
using KubeTests.Support;
using KubeApi = Gateway.Kubernetes.Client.KubeApi;

namespace KubeTests.Client;

/// <summary>Leases of a real API server keep the contract.</summary>
public sealed class KubeLeaseStoreContractTests(KubeServerFixture fixture) : LeaseStoreContract
{
    private string _namespace = "";

    private protected override async Task<(ILeaseStore Store, Func<Task<LeaseAnswer>, Task<LeaseAnswer>> Arrive)> Begin()
    {
        Assert.SkipWhen(KubeBinaries.WhyMissing is not null, KubeBinaries.WhyMissing ?? "");
        var options = new KubeApiOptions { KubeConfig = fixture.Server.Kubeconfig(), CallTimeout = TimeSpan.FromSeconds(60) };
        var api = new KubeApi("real", KubeClients.Create(options), options, TimeProvider.System);
        _namespace = await fixture.Server.CreateNamespace();
        return (new KubeLeaseStore(api, _namespace), answer => answer);
    }

    private protected override Task Delete(string name) => fixture.Server.Admin.Delete($"/apis/coordination.k8s.io/v1/namespaces/{_namespace}/leases/{name}");
}
