namespace Grains;

/// <summary>
/// A gateway may call this method of a grain. Everything else is between grains, and refused to whoever calls from outside of the silos. Of a method that
/// takes a caller: he must have one of the roles, and the grain decides what of its own he may reach.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToGatewaysAttribute(CallerRoles toAnyOf = CallerRoles.Reader | CallerRoles.Submitter | CallerRoles.Operator | CallerRoles.Admin) : Attribute
{
    /// <summary>The roles of which a caller must have one.</summary>
    public CallerRoles ToAnyOf { get; } = toAnyOf;
}
