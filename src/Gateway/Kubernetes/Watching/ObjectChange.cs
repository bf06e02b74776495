namespace Gateway.Kubernetes.Watching;

/// <summary>What became of an object: <paramref name="Before"/> is null when it is new, <paramref name="Now"/> when it is gone.</summary>
internal readonly record struct ObjectChange<T>(ObjectKey Key, T? Before, T? Now) where T : class;
