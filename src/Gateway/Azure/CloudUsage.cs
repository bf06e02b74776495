namespace Gateway.Azure;

/// <summary>How much of something a subscription uses in a region, and how much it may.</summary>
/// <param name="Name">"cores", or a family such as "standardNDIsrH100v5Family".</param>
internal readonly record struct CloudUsage(string Name, long Used, long Limit);
