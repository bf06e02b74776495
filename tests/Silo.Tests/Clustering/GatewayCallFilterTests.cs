using Grains;
using Scheduling.Model;
using Silo.Clustering;

namespace Silo.Tests.Clustering;

public sealed class GatewayCallFilterTests
{
    private static readonly OpenToGatewaysAttribute ToAll = new();
    private static readonly OpenToGatewaysAttribute ToSubmitters = new(CallerRoles.Submitter | CallerRoles.Admin);

    [Theory]
    [InlineData("t", CallerRoles.Reader)]
    [InlineData("t", CallerRoles.Submitter)]
    [InlineData(null, CallerRoles.Operator)]
    [InlineData(null, CallerRoles.Admin)]
    public void Somebody_of_a_tenant_or_over_all_tenants_may_ask(string? tenant, CallerRoles roles) => Assert.Null(GatewayCallFilter.Fault(Caller(tenant, roles), ToAll));

    [Theory]
    [InlineData(null, CallerRoles.Reader, "neither a tenant nor a role over all tenants")]
    [InlineData(null, CallerRoles.Submitter, "neither a tenant nor a role over all tenants")]
    [InlineData("t", CallerRoles.None, "no role")]
    [InlineData("t", (CallerRoles)32, "a role that there is not")]
    public void Nobody_else_may(string? tenant, CallerRoles roles, string why) =>
        Assert.Contains(why, GatewayCallFilter.Fault(Caller(tenant, roles), ToAll), StringComparison.Ordinal);

    [Fact]
    public void Who_does_not_say_who_he_is_may_not() => Assert.NotNull(GatewayCallFilter.Fault(null, ToAll));

    [Fact]
    public void Who_lacks_the_role_that_is_asked_for_may_not()
    {
        Assert.Contains("Submitter", GatewayCallFilter.Fault(Caller("t", CallerRoles.Reader), ToSubmitters), StringComparison.Ordinal);
        Assert.Contains("Submitter", GatewayCallFilter.Fault(Caller(null, CallerRoles.Operator), ToSubmitters), StringComparison.Ordinal);
        Assert.Null(GatewayCallFilter.Fault(Caller("t", CallerRoles.Submitter), ToSubmitters));
    }

    private static Caller Caller(string? tenant, CallerRoles roles) => new() { Tenant = tenant is null ? null : new TenantId(tenant), User = "u", Roles = roles };
}
