using System.Text.Json;
using Gateway.Backends;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Finds out about a gang: from what its pod says, its PodGroup, or its owner.</summary>
internal sealed class GangFinder(IGuestCluster cluster, PodsInOptions options, TimeSpan timeout, TimeProvider time)
{
    private const int MostOwners = 3;

    private readonly ObjectFacts _facts = new(options);

    /// <summary>Null: the object is not there (yet), or does not say what is needed.</summary>
    /// <exception cref="ClusterCallException">It could not be read.</exception>
    public async Task<GangFacts?> Find(GangKey gang, GuestPod sample, CancellationToken cancellationToken)
    {
        if (sample.Says is { } says)
        {
            return says;
        }

        return gang.Kind switch
        {
            GangKind.UpstreamPodGroup => Facts(gang, await Read("scheduling.k8s.io/v1alpha2", "podgroups", gang, cancellationToken)),
            GangKind.PodGroup => Facts(gang, await Read("scheduling.x-k8s.io/v1alpha1", "podgroups", gang, cancellationToken)),
            GangKind.VolcanoPodGroup => Facts(gang, await Read("scheduling.volcano.sh/v1beta1", "podgroups", gang, cancellationToken)),
            GangKind.KaiPodGroup => Facts(gang, await Read("scheduling.run.ai/v2alpha2", "podgroups", gang, cancellationToken)),
            GangKind.JobSet => Facts(gang, await Read("jobset.x-k8s.io/v1alpha2", "jobsets", gang, cancellationToken)),
            GangKind.IndexedJob => Facts(gang, await Read("batch/v1", "jobs", gang, cancellationToken)),
            GangKind.RayCluster => Facts(gang, await Read("ray.io/v1", "rayclusters", gang, cancellationToken)),
            GangKind.TrainingJob => await FromOwner(gang, sample.Owner, cancellationToken),
            _ => null,
        };
    }

    /// <summary>A launcher is made by a Job of its own, whose owner is the training job.</summary>
    private async Task<GangFacts?> FromOwner(GangKey gang, GroupRef? owner, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MostOwners && owner is not null && ObjectFacts.PlaceOf(owner.ApiVersion, owner.Kind) is { } place; step++)
        {
            if (await Read($"{place.Group}/{place.Version}", place.Plural, gang with { Name = owner.Name }, cancellationToken) is not { } found)
            {
                return null;
            }

            if (_facts.Of(gang.Kind, found) is { } facts)
            {
                return facts;
            }

            owner = ObjectFacts.OwnerOf(found);
        }

        // Nobody whom we know made it: its pods stand alone.
        return new GangFacts { Min = 1 };
    }

    private GangFacts? Facts(GangKey gang, JsonElement? found) => found is { } root ? _facts.Of(gang.Kind, root) : null;

    private async Task<JsonElement?> Read(string apiVersion, string plural, GangKey gang, CancellationToken cancellationToken) =>
        await Deadline.Call(
            token => cluster.ReadObject(apiVersion, plural, gang.Namespace, gang.Name, token), () => new ClusterAnswer<JsonElement>.Unknown($"no answer within {timeout}"), timeout, time,
            cancellationToken) switch
        {
            ClusterAnswer<JsonElement>.Done done => done.Value,
            ClusterAnswer<JsonElement>.NotFound => null,
            ClusterAnswer<JsonElement>.Throttled throttled => throw new ClusterCallException($"too many calls; again in {throttled.RetryAfter}"),
            var other => throw new ClusterCallException($"{plural} {gang.Namespace}/{gang.Name} could not be read: {other}"),
        };
}
