import { allExchanges, chosenExchanges, openApiFile } from './exchange';
import { excluded } from './excluded';
import { given } from './given';
import { OpenApi } from './open-api';
import { recorded, replay } from './replay';

const chosen = chosenExchanges();
const all = allExchanges();
const openApi = OpenApi.of(openApiFile());

const table = (exchanges: readonly (typeof chosen)[number][]) => exchanges.map((exchange) => [exchange.name, exchange] as const);

describe('The stand-in answers as a real CVAT did', () => {
  it.each(table(chosen))('to %s', async (_, exchange) => {
    expect(await replay(exchange, chosen)).toEqual(recorded(exchange));
  });
});

(all ? describe : describe.skip)('With all recorded exchanges (CVAT_EXCHANGES), the stand-in answers as a real CVAT did', () => {
  const exchanges = all ?? [];
  const played = exchanges.filter(({ name }) => !(name in excluded));

  // An empty table would be an error, also where it is skipped.
  it.each(table(all ? played : chosen))('to %s', async (_, exchange) => {
    expect(await replay(exchange, exchanges)).toEqual(recorded(exchange));
  });

  it('to all but the 42 that have nothing to do with accounts', () => {
    const names = exchanges.map(({ name }) => name);
    expect(Object.keys(excluded).filter((name) => !names.includes(name))).toEqual([]);
    expect({ all: names.length, excluded: Object.keys(excluded).length, played: played.length }).toEqual({
      all: 379,
      excluded: 42,
      played: 337,
    });
  });

  it('and the committed ones are among them', () => {
    expect(chosen.filter(({ name }) => !played.some((exchange) => exchange.name === name))).toEqual([]);
  });

  it('with nothing assumed for an exchange that does not exist', () => {
    expect(Object.keys(given).filter((name) => !played.some((exchange) => exchange.name === name))).toEqual([]);
  });
});

(openApi ? describe : describe.skip)("Where CVAT's description of its API lies beside them, the stand-in's success is of that form", () => {
  const described = (all ?? []).flatMap((exchange) => {
    const { request, response } = exchange;
    const schema = request.headers['Accept'] === 'text/html' ? undefined : openApi?.schemaOf(request.method, request.path, response.status);
    return schema && !(exchange.name in excluded) ? [{ exchange, schema }] : [];
  });

  it.each(openApi ? described.map((one) => [one.exchange.name, one] as const) : [['nothing', undefined]])('in %s', async (_, one) => {
    if (!one || !all) throw new Error('There are no exchanges.');
    expect(openApi?.findings((await replay(one.exchange, all)).body, one.schema)).toEqual([]);
  });

  it('in 189 exchanges', () => {
    expect(described.length).toBe(189);
  });
});
