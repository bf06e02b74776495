using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Where a pod may go, by its selectors, affinity and tolerations.</summary>
internal sealed record PodPlaces(string? Pool, ImmutableArray<Label> Selector, ImmutableArray<NodeTerm> Affinity, ImmutableArray<Label> Tolerations, ImmutableArray<string> GpuModels);
