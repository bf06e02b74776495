using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Where a pod may go, by its selectors and tolerations.</summary>
internal sealed record PodPlaces(string? Pool, ImmutableArray<Label> Selector, ImmutableArray<Label> Tolerations, ImmutableArray<string> GpuModels);
