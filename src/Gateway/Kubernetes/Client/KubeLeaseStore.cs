using System.Collections.Concurrent;
using System.Globalization;
using Gateway.Leadership;
using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Client;

/// <summary>
/// Leases of the coordination API in one namespace. The epoch stands in an annotation, and as leaseTransitions for people. A write names the
/// version that was read, and the server refuses any other; and the UID, because it makes a lease that is not there out of a replacement without one.
/// </summary>
internal sealed class KubeLeaseStore(KubeApi api, string @namespace) : ILeaseStore
{
    private readonly ConcurrentDictionary<string, (long Epoch, DateTimeOffset At)> _acquired = new();

    public bool HasClock => true;

    public async Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken) =>
        Answer(await api.Read((client, token) => client.CoordinationV1.ReadNamespacedLeaseAsync(name, @namespace, cancellationToken: token), cancellationToken));

    public async Task<LeaseAnswer> Write(string name, LeaseRecord record, string? ifVersion, CancellationToken cancellationToken)
    {
        var lease = Lease(name, record, ifVersion);
        var answer = ifVersion is null
            ? await api.Write((client, token) => client.CoordinationV1.CreateNamespacedLeaseAsync(lease, @namespace, cancellationToken: token), cancellationToken)
            : await api.Write((client, token) => client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, name, @namespace, cancellationToken: token), cancellationToken);
        return answer is ClusterAnswer<V1Lease>.Conflict or ClusterAnswer<V1Lease>.NotFound ? new LeaseAnswer.Changed() : Answer(answer);
    }

    private static LeaseAnswer Answer(ClusterAnswer<V1Lease> answer) => answer switch
    {
        ClusterAnswer<V1Lease>.Done { Value: var lease } => new LeaseAnswer.Is(Record(lease), $"{lease.Uid()}/{lease.ResourceVersion()}"),
        ClusterAnswer<V1Lease>.NotFound => new LeaseAnswer.Missing(),
        ClusterAnswer<V1Lease>.Throttled throttled => new LeaseAnswer.Unknown($"too many calls, again in {throttled.RetryAfter}"),
        ClusterAnswer<V1Lease>.Refused refused => new LeaseAnswer.Unknown(refused.Why),
        ClusterAnswer<V1Lease>.Unknown unknown => new LeaseAnswer.Unknown(unknown.Why),
        ClusterAnswer<V1Lease>.Conflict conflict => new LeaseAnswer.Unknown(conflict.Why),
        _ => throw new InvalidOperationException($"{answer} is no answer"),
    };

    private static LeaseRecord Record(V1Lease lease) => new()
    {
        Holder = lease.Spec?.HolderIdentity ?? "",
        Epoch = long.TryParse(lease.GetAnnotation(PodMarks.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : lease.Spec?.LeaseTransitions ?? 0,
        Duration = TimeSpan.FromSeconds(lease.Spec?.LeaseDurationSeconds ?? 0),
        RenewedAt = lease.Spec?.RenewTime ?? default,
        CreatedAt = lease.CreationTimestamp() is { } created ? new DateTimeOffset(DateTime.SpecifyKind(created, DateTimeKind.Utc)) : null,
    };

    /// <summary>Servers take these times with a fraction of a second only, and the client writes none of a whole one.</summary>
    private static DateTime Micro(DateTimeOffset time) => time.UtcTicks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? time.UtcDateTime.AddMicroseconds(1) : time.UtcDateTime;

    private V1Lease Lease(string name, LeaseRecord record, string? version)
    {
        var acquired = _acquired.AddOrUpdate(
            name, _ => (record.Epoch, record.RenewedAt), (_, known) => known.Epoch == record.Epoch ? known : (record.Epoch, record.RenewedAt));
        var parts = version?.Split('/', 2);
        return new V1Lease
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = @namespace,
                Uid = parts?[0],
                ResourceVersion = parts?[1],
                Annotations = new Dictionary<string, string> { [PodMarks.Epoch] = record.Epoch.ToString(CultureInfo.InvariantCulture) },
            },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = record.Holder.Length > 0 ? record.Holder : null,

                // Whole seconds: longer than meant does no harm, shorter would.
                LeaseDurationSeconds = Math.Max(1, (int)Math.Ceiling(record.Duration.TotalSeconds)),
                LeaseTransitions = (int)Math.Min(record.Epoch, int.MaxValue),
                AcquireTime = Micro(acquired.At),
                RenewTime = Micro(record.RenewedAt),
            },
        };
    }
}
