using Gateway.Kubernetes.Client;
using k8s;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>One headless service per job of more than one worker, in its tenant's namespace: it gives every pod a name, ready or not.</summary>
internal sealed class GangServices(KubeApi api, TenantNamespaces namespaces) : IGangNetwork
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Us = "orleans-scheduler";

    public async Task<ClusterAnswer<bool>> Ensure(JobId job, JobSpec spec, CancellationToken cancellationToken)
    {
        if (!GangNames.NeedsService(spec) || namespaces.Of(spec.Tenant) is not { } @namespace)
        {
            return new ClusterAnswer<bool>.Done(false);
        }

        var body = Body(GangNames.Whole(job, spec), GangNames.Service(job, spec), @namespace);
        var answer = await api.Write((client, token) => client.CoreV1.CreateNamespacedServiceAsync(body, @namespace, cancellationToken: token), cancellationToken);
        return answer is ClusterAnswer<V1Service>.Conflict ? new ClusterAnswer<bool>.Done(false) : answer.Map(_ => true);
    }

    public Task<ClusterAnswer<bool>> Remove(JobId job, JobSpec spec, CancellationToken cancellationToken) =>
        !GangNames.NeedsService(spec) || spec.Origin is { Kind: OriginKind.Extension } || namespaces.Of(spec.Tenant) is not { } @namespace
            ? Task.FromResult<ClusterAnswer<bool>>(new ClusterAnswer<bool>.Done(false))
            : Remove(GangNames.Service(job, spec), @namespace, cancellationToken);

    /// <summary>Those whose job has ended: a service may be left by a process that died.</summary>
    public async Task<int> Sweep(Func<JobId, Task<bool>> hasEnded, Func<JobId, Task<bool>> hasPods, CancellationToken cancellationToken)
    {
        var removed = 0;
        string? from = null;
        do
        {
            var page = from;
            if (await api.Read((client, token) => client.CoreV1.ListServiceForAllNamespacesAsync(
                labelSelector: $"{ManagedBy}={Us},{PodMarks.Job}", limit: 500, continueParameter: page, cancellationToken: token), cancellationToken) is not ClusterAnswer<V1ServiceList>.Done { Value: var list })
            {
                return removed;
            }

            foreach (var service in list.Items)
            {
                var job = new JobId(service.Labels()[PodMarks.Job]);
                if (!await hasPods(job) && await hasEnded(job) && await Remove(service.Name(), service.Namespace(), cancellationToken) is ClusterAnswer<bool>.Done)
                {
                    removed++;
                }
            }

            from = list.Continue() is { Length: > 0 } more ? more : null;
        }
        while (from is not null);
        return removed;
    }

    private async Task<ClusterAnswer<bool>> Remove(string name, string @namespace, CancellationToken cancellationToken)
    {
        var answer = await api.Write((client, token) => client.CoreV1.DeleteNamespacedServiceAsync(name, @namespace, cancellationToken: token), cancellationToken);
        return answer is ClusterAnswer<V1Service>.NotFound ? new ClusterAnswer<bool>.Done(false) : answer.Map(_ => true);
    }

    private static V1Service Body(JobId whole, string name, string @namespace) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = @namespace,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ManagedBy] = Us, ["app.kubernetes.io/instance"] = whole.Value, [PodMarks.Job] = whole.Value },
        },
        Spec = new V1ServiceSpec
        {
            ClusterIP = "None",
            Selector = new Dictionary<string, string>(StringComparer.Ordinal) { [GangNames.ServiceLabel] = name },

            // Workers look for each other before any is ready.
            PublishNotReadyAddresses = true,
        },
    };
}
