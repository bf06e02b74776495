using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>What a view is of: a shape, and the tenant whose it is where some node is kept for that tenant (default: everybody else).</summary>
internal readonly record struct ViewKey(WorkerShape Shape, TenantId Tenant);
