using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>Attempts whose pods changed, and where to watch on.</summary>
internal sealed record PodNews(ImmutableArray<AttemptId> Changed, string Version);
