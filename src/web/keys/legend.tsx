import { Kbd, Modal, Switch, Table, Text } from '@mantine/core';
import { useWords } from '../i18n/use-words.ts';
import { changeSettings, useSettings } from '../settings.ts';
import { BINDINGS } from './bindings.ts';

/** All keys, and the switch that turns single ones off. */
export function Legend({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { say } = useWords();
  const { singleKeys } = useSettings();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={say('legend.title')}
      closeButtonProps={{ 'aria-label': say('app.close') }}
    >
      <Switch
        mb="md"
        checked={singleKeys}
        onChange={(event) => changeSettings({ singleKeys: event.currentTarget.checked })}
        label={say('app.keys')}
      />
      {!singleKeys && <Text mb="md">{say('legend.off')}</Text>}
      <Table>
        <Table.Tbody>
          {BINDINGS.map(({ action, shown, title }) => (
            <Table.Tr key={action}>
              <Table.Td>
                <Kbd>{shown}</Kbd>
              </Table.Td>
              <Table.Td>{say(title)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
